import type {
  NewBookOrder,
  SelfMatchPolicy,
} from '../../src/modules/trading/matching/book-order.js';
import { MatchingBook } from '../../src/modules/trading/matching/matching-book.js';
import type { OrderSide } from '../../src/modules/trading/orders/order.js';

/** Beside what it asks for. */
export type Terms = Partial<Omit<NewBookOrder, 'id' | 'side' | 'quantity' | 'limit'>>;

/** `at` ticks; undefined: a market order. Everybody is somebody else unless `owner` says so. */
export const order = (
  id: string,
  side: OrderSide,
  quantity: number,
  at: number | undefined,
  terms: Terms = {},
): NewBookOrder => ({ id, owner: `of-${id}`, side, quantity, limit: at, ...terms });

/** In which these rest, one after the other. */
export function bookOf(orders: readonly NewBookOrder[], selfMatch: SelfMatchPolicy = 'allow') {
  const book = new MatchingBook({ selfMatch });
  for (const resting of orders) book.place(resting);
  return book;
}

/** Of an answer: who rested, lots, and ticks. */
export const trades = (answer: ReturnType<MatchingBook['replace']>) =>
  answer?.fills.map(({ maker, quantity, price }) => [maker, quantity, price]);
