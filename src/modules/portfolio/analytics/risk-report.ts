import { money, moneyText, sumOf, type Money } from '../../../kernel/money.js';
import type { PortfolioSummary } from '../portfolio.dto.js';
import type { Risk } from './analytics.dto.js';
import { reasonsFor } from './reasons.js';
import { expectedShortfall, maxDrawdown, valueAtRisk, volatility } from './return-figures.js';

const CONFIDENCE = 0.95;
const TAIL = 0.05;

/**
 * What an account stands to lose.
 * @param summary of now @param returns of trading days, oldest first
 */
export function reportRisk(summary: PortfolioSummary, returns: readonly number[]): Risk {
  const equity = money(summary.equity);
  const worths = worthsOf(summary);
  const gross = sumOf(worths.map(({ worth }) => worth.abs()));
  const weights = weightsOf(worths, gross);
  const figures = {
    volatility: volatility(returns),
    valueAtRisk: valueAtRisk(returns, TAIL),
    expectedShortfall: expectedShortfall(returns, TAIL),
    exposure: equity.isZero() ? undefined : gross.div(equity).toNumber(),
    concentration:
      weights.length === 0
        ? undefined
        : weights.reduce((total, { share }) => total + share ** 2, 0),
  };
  const tail = (dailyReturn: number | undefined) => ({
    confidence: CONFIDENCE,
    dailyReturn: dailyReturn ?? null,
    amount: dailyReturn === undefined ? null : moneyText(equity.times(dailyReturn)),
  });
  return {
    asOf: summary.asOf,
    equity: summary.equity,
    dailyReturns: returns.length,
    volatility: figures.volatility ?? null,
    maxDrawdown: maxDrawdown(returns),
    valueAtRisk: tail(figures.valueAtRisk),
    expectedShortfall: tail(figures.expectedShortfall),
    exposure: {
      amount: moneyText(gross),
      share: figures.exposure ?? null,
      net: summary.positionsValue,
    },
    concentration: { weights, herfindahl: figures.concentration ?? null },
    unpriced: summary.unpriced,
    reasons: reasonsFor(figures),
  };
}

interface Worth {
  readonly symbol: string;
  /** USD; below zero of what is sold short. */
  readonly worth: Money;
}

/** A position without a quote counts at what it cost, as it does in the summary. */
function worthsOf({ positions }: PortfolioSummary): Worth[] {
  return positions.map(({ symbol, quantity, averageCost, marketValue }) => ({
    symbol,
    worth: money(marketValue ?? money(quantity).times(averageCost)),
  }));
}

/** Largest first, whichever way it points. Of the gross value: long and short positions must not make each other heavier. */
function weightsOf(worths: readonly Worth[], gross: Money) {
  if (gross.isZero()) return [];
  return worths
    .map(({ symbol, worth }) => ({ symbol, share: worth.div(gross).toNumber() }))
    .sort((one, other) => Math.abs(other.share) - Math.abs(one.share));
}
