import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Cached, Caches } from '../../../redis/index.js';
import { topTradesCache } from '../journal.caches.js';
import type { TopTrades, TopTradesQuery } from '../journal.dto.js';
import { TopTradesRanking } from './top-trades.js';
import { TradesRepository } from './trades.repository.js';
import type { JournalTradeRow } from './trades.table.js';

/** Read at a time: a journal may be larger than memory should be. */
const PAGE_ROWS = 2_000;

/** The best closed trades of a user: computed over the whole journal, and kept until a trade comes or goes. */
@Injectable()
export class TopTradesService {
  constructor(
    private readonly trades: TradesRepository,
    readonly caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  @Cached(topTradesCache, (userId: string, query: TopTradesQuery) => ({ userId, ...query }))
  async top(userId: string, query: TopTradesQuery): Promise<TopTrades> {
    const ranking = new TopTradesRanking(query.limit);
    let last: JournalTradeRow | undefined;
    do {
      const page = await this.trades.listInOrder(userId, last, PAGE_ROWS);
      for (const trade of page) ranking.add(trade);
      // The embedded database never waits: others get their turn here.
      await setImmediate();
      last = page.length < PAGE_ROWS ? undefined : page.at(-1);
    } while (last);
    return ranking.result(query, this.clock.nowMs());
  }
}
