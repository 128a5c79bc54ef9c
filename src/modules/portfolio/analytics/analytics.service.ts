import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../../database/index.js';
import { Cached, Caches } from '../../../redis/index.js';
import { TradesImported, TradesRemoved } from '../../journal/journal.events.js';
import { TradeHistory } from '../../trading/index.js';
import { EquityHistoryService } from '../equity/equity-history.service.js';
import { returnsOf } from '../equity/equity-series.js';
import { importsTag, performanceCache, riskCache } from '../portfolio.caches.js';
import type { Timeframe } from '../timeframe.js';
import type { Performance, Risk } from './analytics.dto.js';
import { reportPerformance } from './performance-report.js';
import { reportRisk } from './risk-report.js';
import { addTrade, NO_TRADES, type TradeTotals } from './trade-figures.js';

/** How an account did, and what it stands to lose. Cached per user; a fill drops both. */
@Injectable()
export class AnalyticsService {
  constructor(
    private readonly equity: EquityHistoryService,
    private readonly trades: TradeHistory,
    readonly caches: Caches,
    events: DomainEvents,
  ) {
    for (const event of [TradesImported, TradesRemoved]) {
      events.on(event, ({ userId }) => caches.invalidateTags([importsTag(userId)]));
    }
  }

  @Cached(performanceCache, (userId: string, timeframe: Timeframe) => ({ userId, timeframe }))
  async performance(userId: string, timeframe: Timeframe): Promise<Performance> {
    const { base, points, now } = await this.equity.daily(userId, timeframe);
    const trades = await this.#closedSince(userId, base.atMs);
    return reportPerformance(timeframe, base, points, trades, now.asOf);
  }

  /** Of the last year's days. */
  @Cached(riskCache, (userId: string) => ({ userId }))
  async risk(userId: string): Promise<Risk> {
    const { base, points, now } = await this.equity.daily(userId, '1Y');
    return reportRisk(now, returnsOf([base, ...points]));
  }

  async #closedSince(userId: string, fromMs: number): Promise<TradeTotals> {
    let totals = NO_TRADES;
    for await (const { realizedPnl } of this.trades.closedTrades(userId, new Date(fromMs))) {
      totals = addTrade(totals, realizedPnl);
    }
    return totals;
  }
}
