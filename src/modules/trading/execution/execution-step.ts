import { money, type Money } from '../../../kernel/money.js';
import type { Quote } from '../../market-data/index.js';
import { matchPrice, type OrderTerms } from '../orders/order.js';
import type { TransitionReason } from '../orders/order-transitions.table.js';
import { remainderOf, type TimeInForce } from '../orders/time-in-force.js';
import type { Fill } from './position.js';

/** A working order, as far as its next step depends on it. */
export interface WorkingOrder {
  readonly terms: OrderTerms;
  readonly timeInForce: TimeInForce;
  /** Shares. */
  readonly filledQuantity: Money;
  /** The tick that it last traded on. */
  readonly lastFillQuoteAsOf: Date | null;
}

/** What a quote makes of a working order. */
export type ExecutionStep =
  | { readonly kind: 'wait' }
  | { readonly kind: 'end'; readonly status: 'cancelled'; readonly reason: TransitionReason }
  | {
      readonly kind: 'fill';
      readonly fill: Fill;
      /** None of the order is left. */
      readonly isLast: boolean;
      /** What is left is not to wait. */
      readonly endsRest: boolean;
    };

/**
 * The next step by a quote. An order takes from a tick at most what it offers on its side, and of each tick once;
 * the rest is for the ticks after it. A quote that names no sizes offers any quantity.
 */
export function executionStep(order: WorkingOrder, quote: Quote): ExecutionStep {
  const { terms, timeInForce, filledQuantity, lastFillQuoteAsOf } = order;
  const price = matchPrice(terms, { bid: money(quote.bid), ask: money(quote.ask) });
  const left = terms.quantity.minus(filledQuantity);
  const isUsed =
    lastFillQuoteAsOf !== null && Date.parse(quote.asOf) <= lastFillQuoteAsOf.getTime();
  const offered = isUsed ? money(0) : offeredBy(quote, terms, left);
  const taken = offered.lt(left) ? offered : left;
  const isWhole = taken.eq(left);
  const endsRest = remainderOf(timeInForce) === 'is cancelled';
  if (price === undefined || taken.isZero() || (timeInForce === 'fok' && !isWhole)) {
    return endsRest
      ? { kind: 'end', status: 'cancelled', reason: 'not_filled_at_once' }
      : { kind: 'wait' };
  }
  const fill = { side: terms.side, quantity: taken, price };
  return { kind: 'fill', fill, isLast: isWhole, endsRest: endsRest && !isWhole };
}

function offeredBy({ bidSize, askSize }: Quote, { side }: OrderTerms, wanted: Money): Money {
  const size = side === 'buy' ? askSize : bidSize;
  return size === undefined ? wanted : money(size);
}
