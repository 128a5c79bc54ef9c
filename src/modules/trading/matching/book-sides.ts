import type { OrderSide } from '../orders/order.js';
import type { RestingOrder } from './book-order.js';
import { bookFull } from './matching.errors.js';
import { PriceLadder } from './price-ladder.js';
import { BookEntry, type PriceLevel } from './price-level.js';

/** What is wanted or offered at one price. */
export interface DepthLevel {
  /** Ticks. */
  readonly price: number;
  /** Lots. */
  readonly quantity: number;
  readonly orders: number;
}

/** The orders that rest, by id and by side. */
export class BookSides {
  readonly #entries = new Map<string, BookEntry>();
  readonly #bids = new PriceLadder('buy');
  readonly #asks = new PriceLadder('sell');

  constructor(readonly maxOrders: number) {}

  get size(): number {
    return this.#entries.size;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  find(id: string): BookEntry | undefined {
    return this.#entries.get(id);
  }

  of(side: OrderSide): PriceLadder {
    return side === 'buy' ? this.#bids : this.#asks;
  }

  against(side: OrderSide): PriceLadder {
    return side === 'buy' ? this.#asks : this.#bids;
  }

  /** Behind all others at its price. */
  keep(order: RestingOrder): void {
    const ladder = this.of(order.side);
    const entry = new BookEntry(order, ladder.levelAt(order.price));
    ladder.append(entry);
    this.#entries.set(order.id, entry);
  }

  drop(entry: BookEntry): void {
    this.#entries.delete(entry.id);
    this.of(entry.side).remove(entry);
  }

  /**
   * Bounds memory, and keeps the sum of all lots of a side exact.
   * @throws AppError `trading.book_full` (conflict)
   */
  assertRoom(side: OrderSide, orders: number, lots: number): void {
    if (this.#entries.size + orders > this.maxOrders) throw bookFull(this.maxOrders, 'orders');
    if (lots > Number.MAX_SAFE_INTEGER - this.of(side).quantity)
      throw bookFull(Number.MAX_SAFE_INTEGER, 'lots');
  }

  /** The best first. */
  depth(side: OrderSide, levels: number): DepthLevel[] {
    const depth: DepthLevel[] = [];
    for (let level = this.of(side).best; level && depth.length < levels; level = level.worse[0])
      depth.push(toDepthLevel(level));
    return depth;
  }
}

function toDepthLevel({ price, quantity, orders }: PriceLevel): DepthLevel {
  return { price, quantity, orders };
}
