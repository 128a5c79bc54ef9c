import type { OrderTerms } from '../../orders/order.js';

/** An order, as far as its place in the book depends on it. */
export interface BookedOrder {
  readonly id: string;
  readonly acceptedAt: Date;
  readonly terms: Pick<OrderTerms, 'side' | 'limitPrice'>;
}

/**
 * Sorts the orders of a side: who takes any price first, then by the better limit (the higher of a buy, the lower of a
 * sale), then by time, then by id. The orders of the other side share no tick with them, so it does not matter where they are.
 */
export function byPriceAndTime(one: BookedOrder, other: BookedOrder): number {
  const [a, b] = [one.terms.limitPrice, other.terms.limitPrice];
  if (one.terms.side !== other.terms.side) return one.terms.side === 'buy' ? -1 : 1;
  if (a === undefined || b === undefined) {
    if (a !== b) return a === undefined ? -1 : 1;
  } else if (!a.eq(b)) {
    return one.terms.side === 'buy' ? b.comparedTo(a) : a.comparedTo(b);
  }
  const earlierMs = one.acceptedAt.getTime() - other.acceptedAt.getTime();
  return earlierMs !== 0 ? earlierMs : one.id < other.id ? -1 : 1;
}
