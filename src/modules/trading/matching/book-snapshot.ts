import type { OrderSide } from '../orders/order.js';
import { ORDER_SIDES } from '../orders/order.js';
import { assertBookOrder, type RestingOrder } from './book-order.js';
import { MatchingBook, type MatchingBookOptions } from './matching-book.js';
import { invalidBookSnapshot } from './matching.errors.js';

/** All that decides what a book will answer; JSON as it is. */
export interface BookSnapshot {
  readonly sequence: number;
  /** In the order in which they trade. */
  readonly bids: readonly RestingOrder[];
  readonly asks: readonly RestingOrder[];
}

export function snapshotOf(book: MatchingBook): BookSnapshot {
  return { sequence: book.sequence, bids: book.resting('buy'), asks: book.resting('sell') };
}

/**
 * A book that answers to everything as the one would that the snapshot is of.
 * @throws AppError `trading.invalid_book_snapshot` (internal) for what no book can have been
 */
export function restoreBook(snapshot: BookSnapshot, options?: MatchingBookOptions): MatchingBook {
  const book = new MatchingBook(options);
  const { sequence, bids, asks } = snapshot;
  if (!Number.isSafeInteger(sequence) || sequence < 0)
    throw invalidBookSnapshot('its sequence is no whole number');
  if (bids.length + asks.length > book.maxOrders)
    throw invalidBookSnapshot(`it has more than ${book.maxOrders} orders`);
  for (const side of ORDER_SIDES) assertSide(side, side === 'buy' ? bids : asks, sequence);
  const ids = new Set([...bids, ...asks].map(({ id }) => id));
  if (ids.size < bids.length + asks.length) throw invalidBookSnapshot('two orders have one id');
  const [bid, ask] = [bids[0], asks[0]];
  if (bid && ask && bid.price >= ask.price) throw invalidBookSnapshot('it is crossed');
  book.load(sequence, [...bids, ...asks]);
  return book;
}

function assertSide(side: OrderSide, orders: readonly RestingOrder[], lastSequence: number): void {
  let lots = 0;
  for (const [index, order] of orders.entries()) {
    assertOrder(side, order, lastSequence);
    const before = orders[index - 1];
    if (before && !tradesBefore(before, order)) throw invalidBookSnapshot('orders out of turn');
    lots += order.remaining;
    if (!Number.isSafeInteger(lots)) throw invalidBookSnapshot('its lots have no exact sum');
  }
}

function assertOrder(side: OrderSide, order: RestingOrder, lastSequence: number): void {
  const { id, price, quantity, remaining, sequence } = order;
  try {
    assertBookOrder({ ...order, limit: price });
    assertBookOrder({ ...order, limit: price, quantity: remaining });
  } catch (error) {
    throw invalidBookSnapshot(`order ${id}: ${(error as Error).message}`);
  }
  const isPlaced = Number.isSafeInteger(sequence) && sequence > 0 && sequence <= lastSequence;
  if (order.side !== side || remaining > quantity || !isPlaced)
    throw invalidBookSnapshot(`order ${id} cannot have come to be`);
}

function tradesBefore(one: RestingOrder, other: RestingOrder): boolean {
  if (one.price === other.price) return one.sequence < other.sequence;
  return one.side === 'buy' ? one.price > other.price : one.price < other.price;
}
