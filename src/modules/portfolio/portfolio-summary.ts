import { money, moneyText, type Money } from '../../kernel/money.js';
import type { ValuedPosition } from '../trading/index.js';
import type { PortfolioSummary } from './portfolio.dto.js';

export interface PortfolioInput {
  readonly cash: string;
  readonly startingCash: string;
  /** Sold-out symbols included: they carry realised profit. */
  readonly positions: readonly ValuedPosition[];
  readonly asOfMs: number;
}

/** Adds up an account. Equity is what would be there if everything were sold at the quotes given. */
export function summarise({
  cash,
  startingCash,
  positions,
  asOfMs,
}: PortfolioInput): PortfolioSummary {
  const positionsValue = sum(positions.map(({ marketValue }) => marketValue));
  const equity = money(cash).plus(positionsValue);
  const start = money(startingCash);
  return {
    currency: 'USD',
    cash: moneyText(money(cash)),
    positionsValue: moneyText(positionsValue),
    equity: moneyText(equity),
    unrealizedPnl: moneyText(sum(positions.map(({ unrealizedPnl }) => unrealizedPnl))),
    realizedPnl: moneyText(sum(positions.map(({ realizedPnl }) => realizedPnl))),
    totalReturn: start.isZero() ? '0' : equity.div(start).minus(1).toDecimalPlaces(6).toFixed(),
    positions: positions.filter(({ quantity }) => !money(quantity).isZero()),
    asOf: new Date(asOfMs).toISOString(),
  };
}

function sum(amounts: readonly string[]): Money {
  return amounts.reduce((total, amount) => total.plus(amount), money(0));
}
