import { money, moneyText } from '../../../kernel/money.js';
import {
  profitBetween,
  returnsOf,
  timeWeightedReturn,
  type EquityPoint,
} from '../equity/equity-series.js';
import type { Timeframe } from '../timeframe.js';
import type { Performance } from './analytics.dto.js';
import { reasonsFor } from './reasons.js';
import { cagr, maxDrawdown, sharpeRatio, sortinoRatio, volatility } from './return-figures.js';
import { profitFactor, realizedPnl, winRate, type TradeTotals } from './trade-figures.js';

/** A month of trading days: the growth of less than that is not made a year's. */
const MIN_RETURNS_FOR_CAGR = 21;

/**
 * How an account did.
 * @param base what it is measured against
 * @param closes a point per trading day after it, the last one of now
 * @param trades those that were closed since the base
 */
export function reportPerformance(
  timeframe: Timeframe,
  base: EquityPoint,
  closes: readonly EquityPoint[],
  trades: TradeTotals,
  asOf: string,
): Performance {
  const start = money(base.equity);
  const last = closes.at(-1) ?? base;
  const returns = returnsOf([base, ...closes]);
  const figures = {
    totalReturn: timeWeightedReturn([base, ...closes]),
    cagr: returns.length < MIN_RETURNS_FOR_CAGR ? undefined : cagr(returns),
    volatility: volatility(returns),
    sharpe: sharpeRatio(returns),
    sortino: sortinoRatio(returns),
    winRate: winRate(trades),
    profitFactor: profitFactor(trades),
  };
  return {
    timeframe,
    from: new Date(base.atMs).toISOString(),
    asOf,
    startEquity: moneyText(start),
    endEquity: moneyText(money(last.equity)),
    profit: moneyText(profitBetween(base, last)),
    totalReturn: figures.totalReturn ?? null,
    dailyReturns: returns.length,
    cagr: figures.cagr ?? null,
    volatility: figures.volatility ?? null,
    sharpe: figures.sharpe ?? null,
    sortino: figures.sortino ?? null,
    maxDrawdown: maxDrawdown(returns),
    closedTrades: trades.closed,
    winRate: figures.winRate ?? null,
    profitFactor: figures.profitFactor ?? null,
    grossProfit: moneyText(trades.grossProfit),
    grossLoss: moneyText(trades.grossLoss),
    realizedPnl: moneyText(realizedPnl(trades)),
    reasons: reasonsFor(figures),
  };
}
