import { Module } from '@nestjs/common';
import { MarketDataModule, MarketDataWorkerModule } from '../market-data/index.js';
import { RestingOrders } from './execution/resting-orders.js';
import { LedgerCheckProcessor } from './ledger/ledger-check.processor.js';
import { MarginWatch } from './margin/margin-watch.js';
import { PnlFeed } from './pnl/pnl-feed.js';
import { TradingModule } from './trading.module.js';
import { TradingProcessor } from './execution/trading.processor.js';

@Module({
  imports: [TradingModule, MarketDataModule, MarketDataWorkerModule],
  providers: [TradingProcessor, RestingOrders, MarginWatch, PnlFeed, LedgerCheckProcessor],
})
export class TradingWorkerModule {}
