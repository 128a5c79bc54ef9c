import { Module } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { Clock } from '../../kernel/clock.js';
import { ChannelRegistry } from '../../realtime/index.js';
import { CandlesService } from './candles/candles.service.js';
import { quoteChannel } from './market-data.channels.js';
import { MarketDataProvider } from './market-data.provider.js';
import { createProvider } from './provider-factory.js';
import { QuoteTicks } from './quote-ticks.js';
import { QuotesService } from './quotes.service.js';
import { ReplayRepository } from './replay/replay.repository.js';

@Module({
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
  ],
  exports: [QuotesService, QuoteTicks, CandlesService],
})
export class MarketDataModule {
  constructor(channels: ChannelRegistry) {
    channels.declare(quoteChannel);
  }
}
