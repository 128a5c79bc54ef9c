import { money, type Money } from '../../../kernel/money.js';

/** Closed trades, added up one by one. Amounts in USD. */
export interface TradeTotals {
  readonly closed: number;
  /** Of the closed ones: those that won something. One that ends where it began is neither won nor lost. */
  readonly won: number;
  readonly lost: number;
  readonly grossProfit: Money;
  /** What was lost, as a positive amount. */
  readonly grossLoss: Money;
}

export const NO_TRADES: TradeTotals = {
  closed: 0,
  won: 0,
  lost: 0,
  grossProfit: money(0),
  grossLoss: money(0),
};

/** @param realizedPnl USD; below zero is a loss */
export function addTrade(totals: TradeTotals, realizedPnl: Money): TradeTotals {
  const { closed, won, lost, grossProfit, grossLoss } = totals;
  if (realizedPnl.gt(0)) {
    return {
      ...totals,
      closed: closed + 1,
      won: won + 1,
      grossProfit: grossProfit.plus(realizedPnl),
    };
  }
  if (realizedPnl.lt(0)) {
    return {
      ...totals,
      closed: closed + 1,
      lost: lost + 1,
      grossLoss: grossLoss.minus(realizedPnl),
    };
  }
  return { ...totals, closed: closed + 1 };
}

export function realizedPnl({ grossProfit, grossLoss }: TradeTotals): Money {
  return grossProfit.minus(grossLoss);
}

/** The share of closed trades that won, 0 to 1; undefined when none was closed. */
export function winRate({ closed, won }: TradeTotals): number | undefined {
  return closed === 0 ? undefined : won / closed;
}

/** What was won per dollar that was lost; undefined when nothing was lost. */
export function profitFactor({ grossProfit, grossLoss }: TradeTotals): number | undefined {
  return grossLoss.isZero() ? undefined : grossProfit.div(grossLoss).toNumber();
}
