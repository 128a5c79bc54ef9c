import { money, type Money } from '../../../kernel/money.js';
import type { OrderSide } from './order.js';

/**
 * Stop orders look at the price of the last trade: that is what a stop at an exchange has always meant, and the default
 * of the brokers for shares (Interactive Brokers: "Last"). The quote's own sides would trigger them by a wide spread
 * in which nobody has traded.
 */
export type LastPrice = Money;

/** How far the stop of a trailing order keeps from the best price since it works: one of the two. */
export interface Trail {
  /** USD a share. */
  readonly amount?: Money;
  /** Of the best price; 5 is 5 %. */
  readonly percent?: Money;
}

/** Whether the market has reached a stop: for a buy from below, for a sale from above. */
export function reachesStop(side: OrderSide, stopPrice: Money, last: LastPrice): boolean {
  return side === 'buy' ? last.gte(stopPrice) : last.lte(stopPrice);
}

/** The best price since the order works, for a sale the highest and for a buy the lowest: it moves one way only. */
export function betterMark(side: OrderSide, mark: Money | undefined, last: LastPrice): Money {
  if (mark === undefined) return last;
  return (side === 'sell' ? last.gt(mark) : last.lt(mark)) ? last : mark;
}

/** The stop that trails a mark: below it for a sale, above it for a buy. */
export function trailingStop(side: OrderSide, { amount, percent }: Trail, mark: Money): Money {
  const distance = amount ?? mark.times(percent ?? money(0)).div(100);
  return side === 'sell' ? mark.minus(distance) : mark.plus(distance);
}
