import { Module } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { Clock } from '../../kernel/clock.js';
import { ChannelRegistry } from '../../realtime/index.js';
import { QueuesModule } from '../../redis/index.js';
import { MarketSessions } from './calendar/market-sessions.js';
import { MarketSessionsRepository } from './calendar/market-sessions.repository.js';
import { MarketStatusService } from './calendar/market-status.service.js';
import { CandlesService } from './candles/candles.service.js';
import { IndicesService } from './indices/indices.service.js';
import { marketStatusChannel, orderBookChannel, quoteChannel } from './market-data.channels.js';
import { MarketDataProvider } from './market-data.provider.js';
import { marketDataQueue } from './market-data.queues.js';
import { OptionsService } from './options/options.service.js';
import { OrderBooksService } from './order-book/order-books.service.js';
import { createProvider } from './provider-factory.js';
import { QuoteTicks } from './quotes/quote-ticks.js';
import { QuotesService } from './quotes/quotes.service.js';
import { ReplayRepository } from './replay/replay.repository.js';
import { SearchService } from './search/search.service.js';
import { CacheWarming } from './warming/cache-warming.js';
import { WarmingSchedule } from './warming/warming-schedule.js';

@Module({
  imports: [QueuesModule.forFeature([marketDataQueue])],
  providers: [
    ReplayRepository,
    {
      provide: MarketDataProvider,
      inject: [Config, Clock, ReplayRepository],
      useFactory: createProvider,
    },
    QuotesService,
    QuoteTicks,
    CandlesService,
    OptionsService,
    OrderBooksService,
    IndicesService,
    SearchService,
    MarketStatusService,
    MarketSessionsRepository,
    MarketSessions,
    CacheWarming,
    WarmingSchedule,
  ],
  exports: [
    MarketDataProvider,
    QuotesService,
    QuoteTicks,
    CandlesService,
    OptionsService,
    OrderBooksService,
    IndicesService,
    SearchService,
    MarketStatusService,
    CacheWarming,
  ],
})
export class MarketDataModule {
  constructor(
    channels: ChannelRegistry,
    quotes: QuotesService,
    books: OrderBooksService,
    market: MarketStatusService,
  ) {
    channels.declare(quoteChannel, ({ parameter = '' }) => quotes.getQuote(parameter));
    channels.declare(orderBookChannel, ({ parameter = '' }) => books.orderBook(parameter));
    channels.declare(marketStatusChannel, () => market.status());
  }
}
