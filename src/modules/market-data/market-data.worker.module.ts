import { Module } from '@nestjs/common';
import { MarketStatusWatch } from './calendar/market-status-watch.js';
import { MarketDataModule } from './market-data.module.js';
import { OrderBookFeed } from './order-book/order-book-feed.js';
import { QuoteFeed } from './quotes/quote-feed.js';
import { CacheWarming } from './warming/cache-warming.js';
import { MarketDataProcessor } from './warming/market-data.processor.js';

@Module({
  imports: [MarketDataModule],
  providers: [QuoteFeed, OrderBookFeed, MarketStatusWatch, CacheWarming, MarketDataProcessor],
})
export class MarketDataWorkerModule {}
