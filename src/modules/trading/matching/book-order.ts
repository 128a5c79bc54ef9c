import { ORDER_SIDES, type OrderSide } from '../orders/order.js';
import { invalidBookOrder } from './matching.errors.js';

/** How long what is left of an order may stay in the book. */
export const BOOK_TIMES_IN_FORCE = ['gtc', 'ioc', 'fok'] as const;
export type BookTimeInForce = (typeof BOOK_TIMES_IN_FORCE)[number];

/**
 * What becomes of an order that meets one of the same owner: `allow` lets them trade; `refuse` takes no order
 * that would; `cancel-newest` cancels what is left of the incoming order, `cancel-oldest` the resting one,
 * `cancel-both` both, once they meet.
 */
export const SELF_MATCH_POLICIES = [
  'allow',
  'refuse',
  'cancel-newest',
  'cancel-oldest',
  'cancel-both',
] as const;
export type SelfMatchPolicy = (typeof SELF_MATCH_POLICIES)[number];

/** Prices in ticks and quantities in lots: safe integers above zero. */
export interface NewBookOrder {
  /** 1 to {@link LONGEST_ID} characters; unique among the orders that rest. */
  readonly id: string;
  /** Whose it is: decides about self-matches. */
  readonly owner: string;
  readonly side: OrderSide;
  /** Lots. */
  readonly quantity: number;
  /** Ticks; undefined: a market order, of which nothing ever rests. */
  readonly limit?: number | undefined;
  /** `gtc` unless given. */
  readonly timeInForce?: BookTimeInForce | undefined;
  /** Only as a maker: refused when it would trade at once. */
  readonly postOnly?: boolean | undefined;
}

/** An order that waits in the book, as it is at one moment. */
export interface RestingOrder {
  readonly id: string;
  readonly owner: string;
  readonly side: OrderSide;
  /** Ticks. */
  readonly price: number;
  /** Lots, with those that are filled. */
  readonly quantity: number;
  /** Lots that wait. */
  readonly remaining: number;
  readonly postOnly: boolean;
  /** Its place in time: of two at the same price the lower one trades first. */
  readonly sequence: number;
}

/** A trade, and what it comes from. */
export interface BookFill {
  /** Grows by one with each event of the book, over all its orders. */
  readonly sequence: number;
  /** The order that rested. */
  readonly maker: string;
  /** The order that came. */
  readonly taker: string;
  readonly takerSide: OrderSide;
  /** Ticks: always the maker's. */
  readonly price: number;
  /** Lots. */
  readonly quantity: number;
  /** Lots of the maker that rest still; 0: it is filled. */
  readonly makerRemaining: number;
}

/** Why an order was not taken, or not kept. */
export type PlacementReason =
  | 'unfilled_remainder'
  | 'self_match'
  | 'post_only_would_trade'
  | 'not_fillable_in_full'
  | 'quantity_already_filled';

export interface Placement {
  /** Of the arrival, lower than those of its fills; of a refusal: of the event before. */
  readonly sequence: number;
  /**
   * `resting`, with `remaining` lots · `filled` · `cancelled`: `remaining` lots were not filled and are gone ·
   * `refused`: nothing has changed.
   */
  readonly status: 'resting' | 'filled' | 'cancelled' | 'refused';
  /** Of `cancelled` and `refused`. */
  readonly reason: PlacementReason | undefined;
  /** Lots. */
  readonly remaining: number;
  readonly fills: readonly BookFill[];
  /** Resting orders of the same owner that its arrival cancelled. */
  readonly selfCancelled: readonly RestingOrder[];
}

export const LONGEST_ID = 64;

/** @throws AppError `trading.invalid_book_order` (invalid) */
export function assertBookOrder(order: NewBookOrder): void {
  const { id, owner, side, quantity, limit, timeInForce, postOnly } = order;
  assertId('id', id);
  assertId('owner', owner);
  if (!ORDER_SIDES.includes(side)) throw invalidBookOrder('side', 'must be buy or sell');
  assertUnits('quantity', quantity);
  if (limit !== undefined) assertUnits('limit', limit);
  if (timeInForce !== undefined && !BOOK_TIMES_IN_FORCE.includes(timeInForce))
    throw invalidBookOrder('timeInForce', 'must be gtc, ioc or fok');
  if (postOnly === true && !mayRest(order))
    throw invalidBookOrder('postOnly', 'goes with a limit that may rest');
}

/** @throws AppError `trading.invalid_book_order` (invalid) unless it is a safe integer above zero. */
export function assertUnits(field: string, value: number): void {
  if (!Number.isSafeInteger(value) || value <= 0)
    throw invalidBookOrder(field, 'must be a whole number above zero, below 2^53');
}

function assertId(field: string, id: string): void {
  if (typeof id !== 'string' || id.length === 0 || id.length > LONGEST_ID)
    throw invalidBookOrder(field, `must have 1 to ${LONGEST_ID} characters`);
}

/** Whether what is left of the order may wait in the book. */
export function mayRest({ limit, timeInForce = 'gtc' }: NewBookOrder): boolean {
  return limit !== undefined && timeInForce === 'gtc';
}
