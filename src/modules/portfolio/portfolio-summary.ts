import { money, moneyText, sumOf, type Money } from '../../kernel/money.js';
import type { Account, ValuedPosition } from '../trading/index.js';
import type { PortfolioSummary } from './portfolio.dto.js';

/**
 * Adds up an account. Equity is what would be there if everything were sold at the quotes given; a position
 * without a quote counts at what it cost, and is named in `unpriced`.
 * @param positions sold-out symbols included: they carry realised profit
 */
export function summarise(
  { cash, contributed }: Pick<Account, 'cash' | 'contributed'>,
  positions: readonly ValuedPosition[],
  asOfMs: number,
): PortfolioSummary {
  const held = positions.filter(({ quantity }) => !money(quantity).isZero());
  const positionsValue = sumOf(held.map((position) => position.marketValue ?? atCost(position)));
  const equity = money(cash).plus(positionsValue);
  const putIn = money(contributed);
  return {
    currency: 'USD',
    cash: moneyText(money(cash)),
    positionsValue: moneyText(positionsValue),
    equity: moneyText(equity),
    contributed: moneyText(putIn),
    unrealizedPnl: moneyText(sumOf(held.map(({ unrealizedPnl }) => unrealizedPnl ?? 0))),
    realizedPnl: moneyText(sumOf(positions.map(({ realizedPnl }) => realizedPnl))),
    totalReturn: putIn.lte(0) ? '0' : equity.div(putIn).minus(1).toDecimalPlaces(6).toFixed(),
    positions: held,
    unpriced: held.filter(({ price }) => price === null).map(({ symbol }) => symbol),
    asOf: new Date(asOfMs).toISOString(),
  };
}

function atCost({ quantity, averageCost }: ValuedPosition): Money {
  return money(quantity).times(averageCost);
}
