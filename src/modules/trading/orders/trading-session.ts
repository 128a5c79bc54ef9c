import { HOUR_MS, MINUTE_MS } from '../../../kernel/duration.js';
import { currentOrNextSession, sessionAfter, type Session } from '../../market-data/index.js';

/**
 * Of the New York Stock Exchange, by its calendar. `regular`: 9:30 to 16:00 (13:00 on half days) · `extended`: from 4:00
 * until then, and after it until 20:00 (17:00) · `closed`: the rest.
 */
export type TradingSession = 'regular' | 'extended' | 'closed';

/** When orders trade: `always`, the simulated market never sleeps · `exchange`: in the sessions of the exchange. */
export const TRADING_HOURS = ['always', 'exchange'] as const;
export type TradingHours = (typeof TRADING_HOURS)[number];

/** The auction that an order waits for. */
export type Auction = 'open' | 'close';

/** Both from the opening of the regular session: 4:00 to 9:30. */
const EARLY_MS = 5 * HOUR_MS + 30 * MINUTE_MS;
/** From its close: 16:00 to 20:00, and 13:00 to 17:00 on half days. */
const LATE_MS = 4 * HOUR_MS;

/** Orders for an auction are taken until this long before it. */
const AUCTION_CUTOFF_MS: Readonly<Record<Auction, number>> = {
  open: 2 * MINUTE_MS,
  close: 10 * MINUTE_MS,
};
/** From 19:00 on they are taken for the next day: 9 hours and a half after 9:30. */
const NEXT_DAY_AFTER_OPEN_MS = 9 * HOUR_MS + 30 * MINUTE_MS;

export function sessionAt(atMs: number): TradingSession {
  const session = currentOrRecentDay(atMs);
  if (session === undefined) return 'closed';
  return atMs >= session.openMs && atMs < session.closeMs ? 'regular' : 'extended';
}

/** The end of the regular session that is not over at `atMs`, or with `extendedHours` of the late one after it. */
export function dayEndMs(atMs: number, extendedHours: boolean): number {
  if (!extendedHours) return currentOrNextSession(atMs).closeMs;
  return (currentOrRecentDay(atMs) ?? currentOrNextSession(atMs)).closeMs + LATE_MS;
}

/**
 * The moment of the auction that an order placed at `atMs` waits for; undefined when it comes too late for the one of
 * the day and too early for the next.
 */
export function auctionMs(auction: Auction, atMs: number): number | undefined {
  const momentOf = ({ openMs, closeMs }: Session) => (auction === 'open' ? openMs : closeMs);
  const session = sessionUntil(atMs, ({ openMs }) => openMs + NEXT_DAY_AFTER_OPEN_MS);
  return atMs < momentOf(session) - AUCTION_CUTOFF_MS[auction] ? momentOf(session) : undefined;
}

/** The session whose day, with its early and late hours, `atMs` lies in. */
function currentOrRecentDay(atMs: number): Session | undefined {
  const session = sessionUntil(atMs, ({ closeMs }) => closeMs + LATE_MS);
  return atMs >= session.openMs - EARLY_MS ? session : undefined;
}

/** The first session whose end, as it is seen here, lies ahead of `atMs`. */
function sessionUntil(atMs: number, endOf: (session: Session) => number): Session {
  // No session ends, late hours included, as long as this after its close.
  let session = currentOrNextSession(atMs - 12 * HOUR_MS);
  while (endOf(session) <= atMs) session = sessionAfter(session.date);
  return session;
}
