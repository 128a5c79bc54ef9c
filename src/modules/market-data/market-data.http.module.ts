import { Module } from '@nestjs/common';
import { MarketStatusController } from './calendar/market-status.controller.js';
import { CandlesController } from './candles/candles.controller.js';
import { IndicesController } from './indices/indices.controller.js';
import { MarketDataModule } from './market-data.module.js';
import { OptionsController } from './options/options.controller.js';
import { OrderBooksController } from './order-book/order-books.controller.js';
import { QuotesController } from './quotes/quotes.controller.js';
import { SearchController } from './search/search.controller.js';
import { MarketReads } from './warming/market-reads.js';

@Module({
  imports: [MarketDataModule],
  controllers: [
    QuotesController,
    CandlesController,
    OptionsController,
    OrderBooksController,
    IndicesController,
    SearchController,
    MarketStatusController,
  ],
  providers: [MarketReads],
})
export class MarketDataHttpModule {}
