import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { searchCache } from '../market-data.caches.js';
import { QuotesService } from '../quotes/quotes.service.js';
import type { SearchAnswer } from './search.dto.js';
import { normaliseQuery, searchInstruments } from './symbol-search.js';

@Injectable()
export class SearchService {
  readonly #cache: Cache<Parameters<typeof searchCache.key>[0], SearchAnswer>;

  constructor(
    private readonly quotes: QuotesService,
    caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#cache = caches.use(searchCache);
  }

  search(text: string): Promise<SearchAnswer> {
    const query = normaliseQuery(text);
    // Nothing that somebody typed becomes part of a key.
    const queryHash = createHash('sha256').update(query).digest('hex');
    const { revision } = this.quotes;
    return this.#cache.getOrSet({ queryHash, revision }, () =>
      Promise.resolve({
        query,
        items: searchInstruments(this.quotes.instruments(), query),
        asOf: new Date(this.clock.nowMs()).toISOString(),
        source: 'instruments',
      }),
    );
  }
}
