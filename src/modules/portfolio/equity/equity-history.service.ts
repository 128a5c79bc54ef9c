import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { DAY_MS } from '../../../kernel/duration.js';
import { money, moneyText } from '../../../kernel/money.js';
import { PositionsService, type Account } from '../../trading/index.js';
import type { EquityHistory, PortfolioSummary } from '../portfolio.dto.js';
import { summarise } from '../portfolio-summary.js';
import { startOfTimeframe, stepOf, type Timeframe } from '../timeframe.js';
import { EquityPointsRepository } from './equity-points.repository.js';
import type { EquityPointRow } from './equity-points.table.js';
import { dailyCloses, type EquityPoint } from './equity-series.js';

/** An account over a timeframe. */
export interface EquityWindow {
  /** The last known at or before the timeframe's start: of an account that is younger, its opening. */
  readonly base: EquityPoint;
  /** After it, oldest first; the last one is of this moment. */
  readonly points: readonly EquityPoint[];
  readonly now: PortfolioSummary;
}

/** What an account was worth: its opening, the points that were written down since, and this moment. */
@Injectable()
export class EquityHistoryService {
  constructor(
    private readonly positions: PositionsService,
    private readonly points: EquityPointsRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** At most about 1,000 points, evenly spread. Never from a cache. */
  async history(userId: string, timeframe: Timeframe): Promise<EquityHistory> {
    const { base, points, now } = await this.#window(userId, timeframe, stepOf);
    const shown = [base, ...points].map(({ atMs, ...amounts }) => ({
      at: new Date(atMs).toISOString(),
      ...amounts,
    }));
    return { timeframe, currency: now.currency, points: shown, asOf: now.asOf };
  }

  /** A point per trading day; today's is of this moment. */
  async daily(userId: string, timeframe: Timeframe): Promise<EquityWindow> {
    const window = await this.#window(userId, timeframe, () => DAY_MS);
    return { ...window, points: dailyCloses(window.points) };
  }

  async #window(
    userId: string,
    timeframe: Timeframe,
    stepMsOf: (spanMs: number) => number,
  ): Promise<EquityWindow> {
    const { account, positions } = await this.positions.statement(userId);
    const nowMs = this.clock.nowMs();
    const now = summarise(account, positions, nowMs);
    const openedMs = Date.parse(account.createdAt);
    const startMs = startOfTimeframe(timeframe, nowMs, openedMs);
    const base = await this.#lastKnown(account, openedMs, startMs);
    const stepMs = stepMsOf(nowMs - startMs);
    const rows = await this.points.listSampled(account.id, new Date(startMs), stepMs);
    const { cash, positionsValue, equity, contributed } = now;
    return {
      base,
      points: [...rows.map(toPoint), { atMs: nowMs, cash, positionsValue, equity, contributed }],
      now,
    };
  }

  async #lastKnown(account: Account, openedMs: number, startMs: number): Promise<EquityPoint> {
    const { startingCash } = account;
    const opening = {
      atMs: openedMs,
      cash: startingCash,
      positionsValue: '0',
      equity: startingCash,
      contributed: startingCash,
    };
    if (startMs <= openedMs) return opening;
    const row = await this.points.findLast(account.id, new Date(startMs));
    return row ? toPoint(row) : opening;
  }
}

function toPoint(row: EquityPointRow): EquityPoint {
  return {
    atMs: row.asOf.getTime(),
    cash: moneyText(money(row.cash)),
    positionsValue: moneyText(money(row.positionsValue)),
    equity: moneyText(money(row.equity)),
    contributed: moneyText(money(row.contributed)),
  };
}
