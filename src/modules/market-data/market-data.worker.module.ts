import { Module } from '@nestjs/common';
import { MarketDataModule } from './market-data.module.js';
import { QuoteFeed } from './quotes/quote-feed.js';

@Module({ imports: [MarketDataModule], providers: [QuoteFeed] })
export class MarketDataWorkerModule {}
