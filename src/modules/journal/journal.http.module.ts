import { Module } from '@nestjs/common';
import { HttpModule } from '../../http/index.js';
import { ImportsController } from './imports/imports.controller.js';
import { JournalModule } from './journal.module.js';
import { TradesController } from './trades/trades.controller.js';

@Module({
  imports: [HttpModule, JournalModule],
  controllers: [ImportsController, TradesController],
})
export class JournalHttpModule {}
