import { Module } from '@nestjs/common';
import { ImportsController } from './imports/imports.controller.js';
import { JournalModule } from './journal.module.js';
import { TradesController } from './trades/trades.controller.js';

@Module({ imports: [JournalModule], controllers: [ImportsController, TradesController] })
export class JournalHttpModule {}
