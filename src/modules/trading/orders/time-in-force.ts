import { DAY_MS } from '../../../kernel/duration.js';
import { marketStatusAt } from '../../market-data/index.js';
import type { PlaceOrder } from '../trading.dto.js';
import { badExpiry, badTimeInForce } from '../trading.errors.js';

/**
 * How long an order works. `gtc`: until it is filled or cancelled · `gtd`: until a moment of its own · `day`: until
 * the exchange closes, today or after its next session · `ioc`: what trades at once, the rest is cancelled ·
 * `fok`: all of it at once or nothing.
 */
export const TIMES_IN_FORCE = ['gtc', 'gtd', 'day', 'ioc', 'fok'] as const;
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];

/** A `gtd` order ends within this. */
export const LONGEST_GTD_MS = 366 * DAY_MS;

/** What becomes of an order of which the market takes only a part, or nothing, at this moment. */
export type Remainder = 'waits' | 'is cancelled';

export function remainderOf(timeInForce: TimeInForce): Remainder {
  return timeInForce === 'ioc' || timeInForce === 'fok' ? 'is cancelled' : 'waits';
}

/** Whether the order's time is over. The moment itself is the first at which it is. */
export function hasExpired(expiresAt: Date | null, nowMs: number): boolean {
  return expiresAt !== null && nowMs >= expiresAt.getTime();
}

/**
 * A stop waits for its price: nothing of it could be done at once.
 * @throws AppError `trading.bad_time_in_force`
 */
export function assertTimeInForce({
  type,
  timeInForce,
}: Pick<PlaceOrder, 'type' | 'timeInForce'>): void {
  const isStop = type !== 'market' && type !== 'limit';
  if (isStop && remainderOf(timeInForce) === 'is cancelled') {
    throw badTimeInForce(`An order of the type ${type} waits: timeInForce is gtc, gtd or day.`);
  }
}

/**
 * The moment from which an order placed now trades no more; null: never. A `day` order that is placed while the
 * exchange is closed works until the end of its next session.
 * @throws AppError `trading.bad_expiry` for an `expiresAt` without `gtd`, in the past or too far away
 */
export function endOf(
  { timeInForce, expiresAt }: { readonly timeInForce: TimeInForce; readonly expiresAt?: string },
  nowMs: number,
): Date | null {
  if ((timeInForce === 'gtd') !== (expiresAt !== undefined)) throw badExpiry();
  if (timeInForce === 'day') return new Date(marketStatusAt(nowMs).nextCloseAt);
  if (expiresAt === undefined) return null;
  const end = new Date(expiresAt);
  const leftMs = end.getTime() - nowMs;
  if (leftMs <= 0 || leftMs > LONGEST_GTD_MS) throw badExpiry();
  return end;
}
