import { Inject, Injectable } from '@nestjs/common';
import { DomainEvents } from '../../database/index.js';
import { Clock } from '../../kernel/clock.js';
import { Caches, type Cache } from '../../redis/index.js';
import { OrderFilled, PositionsService } from '../trading/index.js';
import { fillsTag, portfolioSummaryCache } from './portfolio.caches.js';
import type { PortfolioSummary } from './portfolio.dto.js';
import { summarise } from './portfolio-summary.js';

@Injectable()
export class PortfolioService {
  readonly #summaries: Cache<{ userId: string }, PortfolioSummary>;

  constructor(
    private readonly positions: PositionsService,
    caches: Caches,
    events: DomainEvents,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#summaries = caches.use(portfolioSummaryCache);
    // By tag, not by key: also a summary that another process is computing right now is refused then.
    events.on(OrderFilled, ({ userId }) => caches.invalidateTags([fillsTag(userId)]));
  }

  /** Cached per user; a fill of the user drops it. */
  summary(userId: string): Promise<PortfolioSummary> {
    return this.#summaries.getOrSet({ userId }, async () => {
      const { account, positions } = await this.positions.statement(userId);
      return summarise(account, positions, this.clock.nowMs());
    });
  }
}
