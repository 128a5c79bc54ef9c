import { Module } from '@nestjs/common';
import { MarketDataModule } from './market-data.module.js';
import { QuoteFeed } from './quote-feed.js';

@Module({ imports: [MarketDataModule], providers: [QuoteFeed] })
export class MarketDataWorkerModule {}
