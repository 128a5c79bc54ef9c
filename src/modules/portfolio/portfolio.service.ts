import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { Caches, type Cache } from '../../redis/index.js';
import { PositionsService } from '../trading/index.js';
import { portfolioSummaryCache } from './portfolio.caches.js';
import type { PortfolioSummary } from './portfolio.dto.js';
import { summarise } from './portfolio-summary.js';

@Injectable()
export class PortfolioService {
  readonly #summaries: Cache<{ userId: string }, PortfolioSummary>;

  constructor(
    private readonly positions: PositionsService,
    caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#summaries = caches.use(portfolioSummaryCache);
  }

  /** Cached per user, and refreshed behind its readers; a fill of the user drops it. */
  summary(userId: string): Promise<PortfolioSummary> {
    return this.#summaries.getOrSet({ userId }, () => this.current(userId));
  }

  /** As it is now: no cache is asked. */
  async current(userId: string): Promise<PortfolioSummary> {
    const { account, positions } = await this.positions.statement(userId);
    return summarise(account, positions, this.clock.nowMs());
  }

  /**
   * The summary computed anew, and cached. It is dropped and loaded, not replaced: a load gives way to a
   * fill that comes in between.
   */
  async refresh(userId: string): Promise<PortfolioSummary> {
    await this.#summaries.delete({ userId });
    return this.summary(userId);
  }
}
