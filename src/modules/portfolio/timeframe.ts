import { DAY_MS, HOUR_MS } from '../../kernel/duration.js';

export const TIMEFRAMES = ['1W', '1M', '3M', '1Y', 'ALL'] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

const SPAN_MS: Readonly<Record<Timeframe, number>> = {
  '1W': 7 * DAY_MS,
  '1M': 30 * DAY_MS,
  '3M': 91 * DAY_MS,
  '1Y': 365 * DAY_MS,
  ALL: Infinity,
};

/** How often the worth of an account is written down. */
export const SLOT_MS = HOUR_MS;
/** A longer history is shown with fewer points a day. */
const MAX_POINTS = 1_000;

/** Where the timeframe begins, ms since 1970; never before the account was opened. */
export function startOfTimeframe(timeframe: Timeframe, nowMs: number, openedMs: number): number {
  return Math.max(openedMs, nowMs - SPAN_MS[timeframe]);
}

/** How far apart the points of a history of `spanMs` are: whole slots, so that there are at most 1,000. */
export function stepOf(spanMs: number): number {
  return Math.max(1, Math.ceil(spanMs / MAX_POINTS / SLOT_MS)) * SLOT_MS;
}
