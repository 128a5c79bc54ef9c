import { money, moneyText } from '../../../kernel/money.js';
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
  const weights = weightsOf(summary);
  const figures = {
    volatility: volatility(returns),
    valueAtRisk: valueAtRisk(returns, TAIL),
    expectedShortfall: expectedShortfall(returns, TAIL),
    exposure: equity.isZero() ? undefined : money(summary.positionsValue).div(equity).toNumber(),
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
    exposure: { amount: summary.positionsValue, share: figures.exposure ?? null },
    concentration: { weights, herfindahl: figures.concentration ?? null },
    unpriced: summary.unpriced,
    reasons: reasonsFor(figures),
  };
}

/** Largest first. A position without a quote counts at what it cost, as it does in the summary. */
function weightsOf({ positions, positionsValue }: PortfolioSummary) {
  const total = money(positionsValue);
  if (total.isZero()) return [];
  return positions
    .map(({ symbol, quantity, averageCost, marketValue }) => {
      const worth = marketValue ?? money(quantity).times(averageCost);
      return { symbol, share: money(worth).div(total).toNumber() };
    })
    .sort((one, other) => other.share - one.share);
}
