import { Module } from '@nestjs/common';
import { JournalModule } from './journal.module.js';

@Module({ imports: [JournalModule] })
export class JournalHttpModule {}
