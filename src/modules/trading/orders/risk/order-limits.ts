import { Money } from '../../../../kernel/money.js';
import { orderTooLarge } from '../../trading.errors.js';
import type { BestPrices, OrderTerms } from '../order.js';
import type { RiskLimits } from './risk-limits.js';

/** USD that an order is for: a buy by the most it would pay, a sale by what it gets at least, or by the bid above that. */
export function notionalOf(
  { side, quantity, limitPrice, stopPrice }: OrderTerms,
  { bid, ask }: BestPrices,
): Money {
  // A stop buys above its price, where that is not reached yet.
  if (side === 'buy') return quantity.times(limitPrice ?? Money.max(stopPrice ?? ask, ask));
  return quantity.times(limitPrice?.gt(bid) ? limitPrice : bid);
}

/** @throws AppError `trading.order_too_large` */
export function assertOrderSize(
  terms: OrderTerms,
  prices: BestPrices,
  { maxOrderQuantity, maxOrderNotional }: RiskLimits,
): void {
  const { quantity } = terms;
  if (quantity.gt(maxOrderQuantity)) throw orderTooLarge('quantity', maxOrderQuantity, quantity);
  const notional = notionalOf(terms, prices);
  if (notional.gt(maxOrderNotional)) throw orderTooLarge('notional', maxOrderNotional, notional);
}
