import { Module } from '@nestjs/common';
import { MarketDataModule } from './market-data.module.js';
import { QuotesController } from './quotes/quotes.controller.js';

@Module({ imports: [MarketDataModule], controllers: [QuotesController] })
export class MarketDataHttpModule {}
