import { Module } from '@nestjs/common';
import { MarketDataModule, MarketDataWorkerModule } from '../market-data/index.js';
import { RestingOrders } from './resting-orders.js';
import { TradingModule } from './trading.module.js';
import { TradingProcessor } from './trading.processor.js';

@Module({
  imports: [TradingModule, MarketDataModule, MarketDataWorkerModule],
  providers: [TradingProcessor, RestingOrders],
})
export class TradingWorkerModule {}
