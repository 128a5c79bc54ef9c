import type { OrderSide } from '../orders/order.js';
import {
  assertBookOrder,
  assertUnits,
  mayRest,
  type BookFill,
  type NewBookOrder,
  type Placement,
  type PlacementReason,
  type RestingOrder,
  type SelfMatchPolicy,
} from './book-order.js';
import { BookSides, type DepthLevel } from './book-sides.js';
import { duplicateOrderId } from './matching.errors.js';
import { reachOf } from './order-reach.js';
import type { PriceLadder } from './price-ladder.js';
import type { BookEntry } from './price-level.js';

/** Of both sides the best level first. */
export interface Depth {
  readonly sequence: number;
  readonly bids: readonly DepthLevel[];
  readonly asks: readonly DepthLevel[];
}

export interface MatchingBookOptions {
  readonly selfMatch?: SelfMatchPolicy;
  /** Orders that may rest at once. */
  readonly maxOrders?: number;
}

/** An order while it is matched. */
interface Arrival {
  readonly order: NewBookOrder;
  /** Lots that are not filled yet. */
  remaining: number;
  /** The worst rank it trades with. */
  readonly worstRank: number;
  readonly opposite: PriceLadder;
  /** Made with the first one. */
  fills: BookFill[] | undefined;
  selfCancelled: RestingOrder[] | undefined;
  /** It met an order of its owner and may go no further. */
  stopped: boolean;
}

const DEFAULT_MAX_ORDERS = 100_000;
const NO_FILLS: readonly BookFill[] = Object.freeze([]);
const NO_ORDERS: readonly RestingOrder[] = Object.freeze([]);

/**
 * The order book of one symbol, in ticks and lots: trades by price, then by time, at the price of the order that
 * rested. Pure and deterministic: the same calls in the same order answer the same. It is never crossed.
 *
 * Placing costs O(log levels) and O(1) for each fill; cancelling O(1), and O(log levels) for the last order at a
 * price. Every sum it keeps is a safe integer: none is ever rounded.
 */
export class MatchingBook {
  readonly #sides: BookSides;
  readonly #selfMatch: SelfMatchPolicy;
  #sequence = 0;

  constructor({ selfMatch = 'allow', maxOrders = DEFAULT_MAX_ORDERS }: MatchingBookOptions = {}) {
    this.#selfMatch = selfMatch;
    this.#sides = new BookSides(maxOrders);
  }

  /** Of the last event; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Orders that rest. */
  get size(): number {
    return this.#sides.size;
  }

  get maxOrders(): number {
    return this.#sides.maxOrders;
  }

  /**
   * Matches the order against the book and lets the rest of a limit order wait, if its time in force allows.
   * @throws AppError `trading.invalid_book_order` (invalid), `trading.duplicate_order_id` (conflict),
   *   `trading.book_full` (conflict): more might rest than the bounds allow. Then nothing has changed.
   */
  place(order: NewBookOrder): Placement {
    assertBookOrder(order);
    if (this.#sides.has(order.id)) throw duplicateOrderId(order.id);
    if (mayRest(order)) this.#sides.assertRoom(order.side, 1, order.quantity);
    const arrival = this.#arrivalOf(order, order.quantity);
    const reason = this.#refusalOf(arrival);
    return reason === undefined ? this.#enter(arrival) : this.#refused(order.quantity, reason);
  }

  /** @returns the order as it was, or undefined when none of that id rests. */
  cancel(id: string): RestingOrder | undefined {
    const entry = this.#sides.find(id);
    if (entry === undefined) return undefined;
    this.#sequence += 1;
    const cancelled = entry.toResting();
    this.#sides.drop(entry);
    return cancelled;
  }

  /**
   * Changes price (ticks) and quantity (lots, with those that are filled). An order that only shrinks keeps its
   * place in time; otherwise it comes anew, and may trade. It is refused with `quantity_already_filled` unless
   * more is asked for than is filled.
   * @returns undefined when no order of that id rests
   * @throws AppError `trading.invalid_book_order` (invalid), `trading.book_full` (conflict). Then nothing has changed.
   */
  replace(
    id: string,
    change: { readonly price?: number | undefined; readonly quantity?: number | undefined },
  ): Placement | undefined {
    const entry = this.#sides.find(id);
    if (entry === undefined) return undefined;
    const { price = entry.level.price, quantity = entry.quantity } = change;
    assertUnits('price', price);
    assertUnits('quantity', quantity);
    const remaining = quantity - (entry.quantity - entry.remaining);
    if (remaining <= 0) return this.#refused(entry.remaining, 'quantity_already_filled');
    if (price === entry.level.price && quantity <= entry.quantity)
      return this.#shrink(entry, quantity, remaining);

    const { owner, side, postOnly } = entry;
    this.#sides.assertRoom(side, 0, remaining - entry.remaining);
    const arrival = this.#arrivalOf(
      { id, owner, side, quantity, limit: price, postOnly },
      remaining,
    );
    const reason = this.#refusalOf(arrival);
    if (reason !== undefined) return this.#refused(entry.remaining, reason);
    this.#sides.drop(entry);
    return this.#enter(arrival);
  }

  /** The order as it is now. */
  find(id: string): RestingOrder | undefined {
    return this.#sides.find(id)?.toResting();
  }

  bestBid(): DepthLevel | undefined {
    return this.#sides.depth('buy', 1)[0];
  }

  bestAsk(): DepthLevel | undefined {
    return this.#sides.depth('sell', 1)[0];
  }

  /** @param levels of each side at most */
  depth(levels = Infinity): Depth {
    return {
      sequence: this.#sequence,
      bids: this.#sides.depth('buy', levels),
      asks: this.#sides.depth('sell', levels),
    };
  }

  /** The orders of a side as they are now, in the order in which they trade. */
  resting(side: OrderSide): RestingOrder[] {
    return [...this.#sides.of(side).entries()].map((entry) => entry.toResting());
  }

  /** Puts an empty book into the state of another. What it is given must be checked: see `restoreBook`. */
  load(sequence: number, inTurn: readonly RestingOrder[]): void {
    for (const order of inTurn) this.#sides.keep(order);
    this.#sequence = sequence;
  }

  #arrivalOf(order: NewBookOrder, remaining: number): Arrival {
    const opposite = this.#sides.against(order.side);
    return {
      order,
      remaining,
      worstRank: opposite.worstRank(order.limit),
      opposite,
      fills: undefined,
      selfCancelled: undefined,
      stopped: false,
    };
  }

  /** Why the order is not let in at all; nothing has traded yet. */
  #refusalOf(arrival: Arrival): PlacementReason | undefined {
    const { order, remaining: wanted, worstRank, opposite } = arrival;
    if (order.postOnly === true && opposite.best && opposite.best.rank <= worstRank)
      return 'post_only_would_trade';
    const isFok = order.timeInForce === 'fok';
    if (!isFok && this.#selfMatch !== 'refuse') return undefined;
    const taker = { owner: order.owner, wanted, worstRank };
    const { fillable, meetsOwn } = reachOf(opposite, taker, this.#selfMatch);
    if (meetsOwn && this.#selfMatch === 'refuse') return 'self_match';
    return isFok && fillable < wanted ? 'not_fillable_in_full' : undefined;
  }

  #enter(arrival: Arrival): Placement {
    const sequence = ++this.#sequence;
    this.#match(arrival);
    const { order, remaining } = arrival;
    if (remaining === 0) return placed(arrival, sequence, 'filled');
    if (arrival.stopped) return placed(arrival, sequence, 'cancelled', 'self_match');
    const { id, owner, side, quantity, limit: price, postOnly = false } = order;
    if (price === undefined || !mayRest(order))
      return placed(arrival, sequence, 'cancelled', 'unfilled_remainder');
    this.#sides.keep({ id, owner, side, price, quantity, remaining, postOnly, sequence });
    return placed(arrival, sequence, 'resting');
  }

  #match(arrival: Arrival): void {
    const { opposite, worstRank, order } = arrival;
    const policy = this.#selfMatch;
    while (arrival.remaining > 0 && !arrival.stopped) {
      const maker = opposite.best?.first;
      if (maker === undefined || maker.level.rank > worstRank) return;
      if (policy !== 'allow' && maker.owner === order.owner) this.#meetOwn(arrival, maker);
      else this.#trade(arrival, maker);
    }
  }

  #trade(arrival: Arrival, maker: BookEntry): void {
    const { order, opposite } = arrival;
    const { price } = maker.level;
    const quantity = Math.min(arrival.remaining, maker.remaining);
    const makerRemaining = maker.remaining - quantity;
    arrival.remaining -= quantity;
    if (makerRemaining === 0) this.#sides.drop(maker);
    else opposite.reduce(maker, quantity);
    (arrival.fills ??= []).push({
      sequence: ++this.#sequence,
      maker: maker.id,
      taker: order.id,
      takerSide: order.side,
      price,
      quantity,
      makerRemaining,
    });
  }

  #meetOwn(arrival: Arrival, maker: BookEntry): void {
    arrival.stopped = this.#selfMatch !== 'cancel-oldest';
    if (this.#selfMatch === 'cancel-newest') return;
    (arrival.selfCancelled ??= []).push(maker.toResting());
    this.#sides.drop(maker);
  }

  #shrink(entry: BookEntry, quantity: number, remaining: number): Placement {
    const sequence = ++this.#sequence;
    this.#sides.of(entry.side).reduce(entry, entry.remaining - remaining);
    entry.quantity = quantity;
    return outcome(sequence, 'resting', remaining);
  }

  #refused(remaining: number, reason: PlacementReason): Placement {
    return outcome(this.#sequence, 'refused', remaining, reason);
  }
}

function placed(
  { remaining, fills, selfCancelled }: Arrival,
  sequence: number,
  status: Placement['status'],
  reason?: PlacementReason,
): Placement {
  return outcome(sequence, status, remaining, reason, fills, selfCancelled);
}

function outcome(
  sequence: number,
  status: Placement['status'],
  remaining: number,
  reason?: PlacementReason,
  fills: readonly BookFill[] = NO_FILLS,
  selfCancelled: readonly RestingOrder[] = NO_ORDERS,
): Placement {
  return { sequence, status, reason, remaining, fills, selfCancelled };
}
