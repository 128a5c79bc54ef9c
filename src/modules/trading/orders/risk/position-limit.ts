import { money, sumOf, type Money } from '../../../../kernel/money.js';
import { positionTooLarge } from '../../trading.errors.js';
import type { BestPrices, OrderSide } from '../order.js';
import type { RiskLimits } from './risk-limits.js';

/** An order, as far as it can still change a position. */
export interface OpenQuantity {
  readonly side: OrderSide;
  /** Shares that have not traded yet. */
  readonly left: Money;
}

/** The farthest that a position can get, each way, when all working orders of one side trade and none of the other. */
export interface Exposure {
  /** Shares; 0 at least. */
  readonly long: Money;
  /** Shares; 0 at least. */
  readonly short: Money;
}

/** @param held shares; below zero when short */
export function exposureOf(held: Money, orders: readonly OpenQuantity[]): Exposure {
  const left = (side: OrderSide): Money =>
    sumOf(orders.filter((order) => order.side === side).map((order) => order.left));
  return {
    long: atLeastZero(held.plus(left('buy'))),
    short: atLeastZero(left('sell').minus(held)),
  };
}

/**
 * Counts what is held and every working order with the new one, at the price that its side would pay now. The other way
 * counts nothing: what leads out of a position is never refused, however large that is.
 * @throws AppError `trading.position_limit`
 */
export function assertPositionLimit(
  held: Money,
  working: readonly OpenQuantity[],
  order: OpenQuantity,
  { bid, ask }: BestPrices,
  { maxPositionNotional }: Pick<RiskLimits, 'maxPositionNotional'>,
): void {
  const { long, short } = exposureOf(held, [...working, order]);
  const notional = order.side === 'buy' ? long.times(ask) : short.times(bid);
  if (notional.gt(maxPositionNotional)) throw positionTooLarge(maxPositionNotional, notional);
}

function atLeastZero(value: Money): Money {
  return value.lt(0) ? money(0) : value;
}
