import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { indicesCache } from '../market-data.caches.js';
import { MarketDataProvider } from '../market-data.provider.js';
import { QuotesService } from '../quotes/quotes.service.js';
import { marketIndices, type MarketIndices } from './market-index.js';

@Injectable()
export class IndicesService {
  readonly #cache: Cache<Parameters<typeof indicesCache.key>[0], MarketIndices>;

  constructor(
    private readonly provider: MarketDataProvider,
    private readonly quotes: QuotesService,
    caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#cache = caches.use(indicesCache);
  }

  /** Up to 5 min old, an hour more while the provider fails: see `asOf`. */
  indices(): Promise<MarketIndices> {
    const { revision } = this.provider;
    return this.#cache.getOrSet({ revision }, () => Promise.resolve(this.#compute()));
  }

  #compute(): MarketIndices {
    const { baseAtMs } = this.provider;
    const quotes = this.quotes.quotesAt(this.clock.nowMs());
    const components = this.quotes.instruments().flatMap(({ symbol, assetClass }, index) => {
      const quote = quotes[index];
      const basePrice = this.provider.quote(symbol, baseAtMs)?.last;
      // A fund holds what others are made of: it would count twice.
      if (assetClass === 'etf' || quote === undefined || basePrice === undefined) return [];
      return [{ quote, basePrice }];
    });
    const [first] = quotes;
    return {
      items: components.length === 0 ? [] : marketIndices(components, baseAtMs),
      asOf: first?.asOf ?? new Date(this.clock.nowMs()).toISOString(),
      source: first?.source ?? 'simulated',
    };
  }
}
