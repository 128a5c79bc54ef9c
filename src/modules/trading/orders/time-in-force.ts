import { DAY_MS, MINUTE_MS } from '../../../kernel/duration.js';
import {
  badExpiry,
  badExtendedHours,
  badTimeInForce,
  marketClosed,
  tooLateForAuction,
} from '../trading.errors.js';
import type { OrderType } from './order.js';
import {
  auctionMs,
  dayEndMs,
  sessionAt,
  type Auction,
  type TradingHours,
} from './trading-session.js';

/**
 * How long an order works. `gtc`: until it is filled or cancelled · `gtd`: until a moment of its own · `day`: until
 * the exchange closes, today or after its next session · `ioc`: what trades at once, the rest is cancelled ·
 * `fok`: all of it at once or nothing · `opg`, `cls`: what trades in the opening or closing auction of the exchange, the
 * rest is cancelled.
 */
export const TIMES_IN_FORCE = ['gtc', 'gtd', 'day', 'ioc', 'fok', 'opg', 'cls'] as const;
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];

/** An order that could not take part in its auction for so long is not to know more than those that did. */
const AUCTION_WINDOW_MS = MINUTE_MS;

/** A `gtd` order ends within this. */
export const LONGEST_GTD_MS = 366 * DAY_MS;

/** What an order asks for, as far as it is about time. */
export interface TimeRequest {
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly expiresAt?: string | undefined;
  readonly extendedHours?: boolean | undefined;
}

/** What becomes of an order of which the market takes only a part, or nothing, at this moment. */
export type Remainder = 'waits' | 'is cancelled';

export function remainderOf(timeInForce: TimeInForce): Remainder {
  return timeInForce === 'gtc' || timeInForce === 'gtd' || timeInForce === 'day'
    ? 'waits'
    : 'is cancelled';
}

/** Whether the order's time is over. The moment itself is the first at which it is. */
export function hasExpired(expiresAt: Date | null, nowMs: number): boolean {
  return expiresAt !== null && nowMs >= expiresAt.getTime();
}

/**
 * A stop waits for its price: nothing of it could be done at once.
 * @throws AppError `trading.bad_time_in_force`
 */
function assertTimeInForce({ type, timeInForce }: TimeRequest): void {
  const isStop = type !== 'market' && type !== 'limit';
  if (isStop && remainderOf(timeInForce) === 'is cancelled') {
    throw badTimeInForce(`An order of the type ${type} waits: timeInForce is gtc, gtd or day.`);
  }
}

/** When an order works; null: at once, and for ever. */
export interface WorkingTime {
  readonly worksFrom: Date | null;
  readonly expiresAt: Date | null;
}

/**
 * When an order works that is placed now. A `day` order that is placed while the exchange is closed works until the
 * end of its next session.
 * @throws AppError `trading.bad_time_in_force`, `trading.bad_extended_hours`, `trading.market_closed`,
 *   `trading.too_late_for_auction`; `trading.bad_expiry` for an `expiresAt` without `gtd`, in the past or too far away
 */
export function workingTimeOf(
  request: TimeRequest,
  hours: TradingHours,
  nowMs: number,
): WorkingTime {
  const { type, timeInForce, extendedHours = false } = request;
  assertTimeInForce(request);
  if (extendedHours && (type !== 'limit' || (timeInForce !== 'day' && timeInForce !== 'gtc'))) {
    throw badExtendedHours();
  }
  const auction = auctionOf(timeInForce);
  if (auction !== undefined) {
    if (request.expiresAt !== undefined) throw badExpiry();
    const atMs = auctionMs(auction, nowMs);
    if (atMs === undefined) throw tooLateForAuction(auction);
    return { worksFrom: new Date(atMs), expiresAt: new Date(atMs + AUCTION_WINDOW_MS) };
  }
  const isAtOnce = remainderOf(timeInForce) === 'is cancelled';
  if (isAtOnce && !mayTradeAt({ worksFrom: null, extendedHours }, hours, nowMs)) {
    throw marketClosed();
  }
  return { worksFrom: null, expiresAt: endOf(request, nowMs) };
}

/** Whether an order may trade now: from its auction on, in the sessions that are meant for it, or always. */
export function mayTradeAt(
  {
    worksFrom,
    extendedHours,
  }: { readonly worksFrom: Date | null; readonly extendedHours: boolean },
  hours: TradingHours,
  nowMs: number,
): boolean {
  if (worksFrom !== null) return nowMs >= worksFrom.getTime();
  if (hours === 'always') return true;
  const session = sessionAt(nowMs);
  return session === 'regular' || (session === 'extended' && extendedHours);
}

/**
 * An order for an auction may be changed as long as it could be placed.
 * @throws AppError `trading.too_late_for_auction`
 */
export function assertBeforeAuction(
  {
    timeInForce,
    worksFrom,
  }: { readonly timeInForce: TimeInForce; readonly worksFrom: Date | null },
  nowMs: number,
): void {
  const auction = auctionOf(timeInForce);
  if (auction !== undefined && auctionMs(auction, nowMs) !== worksFrom?.getTime()) {
    throw tooLateForAuction(auction);
  }
}

export function auctionOf(timeInForce: TimeInForce): Auction | undefined {
  if (timeInForce === 'opg') return 'open';
  return timeInForce === 'cls' ? 'close' : undefined;
}

/** @throws AppError `trading.bad_expiry` */
function endOf(
  { timeInForce, expiresAt, extendedHours = false }: TimeRequest,
  nowMs: number,
): Date | null {
  if ((timeInForce === 'gtd') !== (expiresAt !== undefined)) throw badExpiry();
  if (timeInForce === 'day') return new Date(dayEndMs(nowMs, extendedHours));
  if (expiresAt === undefined) return null;
  const end = new Date(expiresAt);
  const leftMs = end.getTime() - nowMs;
  if (leftMs <= 0 || leftMs > LONGEST_GTD_MS) throw badExpiry();
  return end;
}
