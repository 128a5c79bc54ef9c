import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { marketStatusCache } from '../market-data.caches.js';
import { marketStatusAt, type MarketStatus } from './market-status.js';

@Injectable()
export class MarketStatusService {
  readonly #cache: Cache<{ readonly minuteMs: number }, MarketStatus>;

  constructor(
    caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#cache = caches.use(marketStatusCache);
  }

  /** That of the minute: sessions begin and end with one, so it is never late. */
  status(): Promise<MarketStatus> {
    const minuteMs = Math.floor(this.clock.nowMs() / MINUTE_MS) * MINUTE_MS;
    return this.#cache.getOrSet({ minuteMs }, () => Promise.resolve(marketStatusAt(minuteMs)));
  }
}
