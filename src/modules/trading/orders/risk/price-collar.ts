import { priceOutsideCollar } from '../../trading.errors.js';
import type { BestPrices, OrderTerms } from '../order.js';
import type { RiskLimits } from './risk-limits.js';

/**
 * A limit far through the other side of the market is a slip of the keyboard: a buy may lie at most so many per cent
 * above the ask, a sale below the bid. The other direction harms nobody: such an order waits. So do the exchanges
 * (NYSE Arca rule 7.31, limit order price protection: buys above the NBO, sales below the NBB). A stop-limit that waits
 * is measured from its stop: there is the market when it becomes a limit order.
 * @throws AppError `trading.price_outside_collar`
 */
export function assertWithinCollar(
  { side, limitPrice, stopPrice }: OrderTerms,
  { bid, ask }: BestPrices,
  { priceCollarPercent }: Pick<RiskLimits, 'priceCollarPercent'>,
): void {
  if (limitPrice === undefined) return;
  const part = priceCollarPercent.div(100);
  const market = stopPrice ?? (side === 'buy' ? ask : bid);
  const bound = market.times(side === 'buy' ? part.plus(1) : part.negated().plus(1));
  const isThrough = side === 'buy' ? limitPrice.gt(bound) : limitPrice.lt(bound);
  if (isThrough) throw priceOutsideCollar(bound, limitPrice);
}
