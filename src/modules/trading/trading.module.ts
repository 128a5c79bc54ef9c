import { Module } from '@nestjs/common';
import { QueuesModule } from '../../redis/index.js';
import { MarketDataModule } from '../market-data/index.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { BuyingPower } from './buying-power.js';
import { ExecutionsRepository } from './executions.repository.js';
import { FillLedger } from './fill-ledger.js';
import { OrderJournal } from './order-journal.js';
import { OrderExecutionService } from './order-execution.service.js';
import { OrdersRepository } from './orders.repository.js';
import { OrdersService } from './orders.service.js';
import { PositionsService } from './positions.service.js';
import { TradingLive } from './trading.live.js';
import { tradingQueue } from './trading.queues.js';

@Module({
  imports: [MarketDataModule, QueuesModule.forFeature([tradingQueue])],
  providers: [
    AccountsRepository,
    OrdersRepository,
    ExecutionsRepository,
    AccountsService,
    BuyingPower,
    FillLedger,
    OrderJournal,
    OrdersService,
    OrderExecutionService,
    PositionsService,
    TradingLive,
  ],
  exports: [
    AccountsService,
    OrdersService,
    PositionsService,
    OrderExecutionService,
    OrdersRepository,
  ],
})
export class TradingModule {}
