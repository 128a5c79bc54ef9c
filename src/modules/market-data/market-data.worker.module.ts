import { Module } from '@nestjs/common';
import { MarketDataModule } from './market-data.module.js';
import { OrderBookFeed } from './order-book/order-book-feed.js';
import { QuoteFeed } from './quotes/quote-feed.js';
import { MarketDataProcessor } from './warming/market-data.processor.js';

@Module({
  imports: [MarketDataModule],
  providers: [QuoteFeed, OrderBookFeed, MarketDataProcessor],
})
export class MarketDataWorkerModule {}
