import type { OrderSide } from '../orders/order.js';
import type { RestingOrder } from './book-order.js';

/** An order in the book, linked to its neighbours of the same price so that leaving costs the same anywhere. */
export class BookEntry {
  readonly id: string;
  readonly owner: string;
  readonly side: OrderSide;
  readonly postOnly: boolean;
  readonly sequence: number;
  /** Lots, with those that are filled. */
  quantity: number;
  remaining: number;
  previous: BookEntry | undefined = undefined;
  next: BookEntry | undefined = undefined;

  constructor(
    order: RestingOrder,
    readonly level: PriceLevel,
  ) {
    this.id = order.id;
    this.owner = order.owner;
    this.side = order.side;
    this.postOnly = order.postOnly;
    this.sequence = order.sequence;
    this.quantity = order.quantity;
    this.remaining = order.remaining;
  }

  /** The order as it is now. */
  toResting(): RestingOrder {
    const { id, owner, side, quantity, remaining, postOnly, sequence } = this;
    return { id, owner, side, price: this.level.price, quantity, remaining, postOnly, sequence };
  }
}

/** The orders at one price of one side, first come first. */
export class PriceLevel {
  first: BookEntry | undefined = undefined;
  last: BookEntry | undefined = undefined;
  orders = 0;
  /** Lots of all its orders together. */
  quantity = 0;

  constructor(
    /** Ticks. */
    readonly price: number,
    /** The lower, the better for who trades with it: the price of an ask, the negative price of a bid. */
    readonly rank: number,
    /** The next worse level, on each floor of the ladder that this one reaches. */
    readonly worse: (PriceLevel | undefined)[],
  ) {}

  append(entry: BookEntry): void {
    const { last } = this;
    entry.previous = last;
    if (last) last.next = entry;
    else this.first = entry;
    this.last = entry;
    this.orders += 1;
    this.quantity += entry.remaining;
  }

  unlink(entry: BookEntry): void {
    const { previous, next } = entry;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    entry.previous = undefined;
    entry.next = undefined;
    this.orders -= 1;
    this.quantity -= entry.remaining;
  }
}
