import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../kernel/duration.js';

export const TIMEFRAMES = ['1m', '5m', '15m', '1h', '1d'] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

/** How long a bar of each timeframe lasts. Bars begin on the multiples of it since 1970 (UTC). */
export const TIMEFRAME_MS: Readonly<Record<Timeframe, number>> = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '1d': DAY_MS,
};

/**
 * The prices of one span of time: of all quotes from `openAt` until the next bar opens, the first
 * `last`, the highest, the lowest and the latest. Decimals in text: USD, and units for the volume.
 */
export interface Candle {
  /** ISO 8601, UTC. */
  readonly openAt: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  /** `false`: the bar is still open, and these are its figures so far. */
  readonly closed: boolean;
}

/** Which bars are meant: those that open in `fromMs` ≤ t < `toMs`. */
export interface CandleRange {
  readonly timeframe: Timeframe;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The opening of the bar that `atMs` lies in. */
export function barOpenMs(timeframe: Timeframe, atMs: number): number {
  const spanMs = TIMEFRAME_MS[timeframe];
  return Math.floor(atMs / spanMs) * spanMs;
}

/** The openings of the bars of a range, in order; none after `nowMs`. */
export function barOpenings({ timeframe, fromMs, toMs }: CandleRange, nowMs: number): number[] {
  const spanMs = TIMEFRAME_MS[timeframe];
  const endMs = Math.min(toMs, nowMs + 1);
  const firstMs = Math.ceil(fromMs / spanMs) * spanMs;
  const count = Math.max(0, Math.ceil((endMs - firstMs) / spanMs));
  return Array.from({ length: count }, (_, index) => firstMs + index * spanMs);
}
