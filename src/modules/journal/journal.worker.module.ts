import { Module } from '@nestjs/common';
import { ImportProcessor } from './imports/import.processor.js';
import { ImportRunner } from './imports/import-runner.js';
import { JournalModule } from './journal.module.js';

@Module({ imports: [JournalModule], providers: [ImportProcessor, ImportRunner] })
export class JournalWorkerModule {}
