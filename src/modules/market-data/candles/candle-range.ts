import { MINUTE_MS, SECOND_MS } from '../../../kernel/duration.js';
import { badCandleRange, tooManyCandles } from '../market-data.errors.js';
import {
  TIMEFRAME_MS,
  barOpenMs,
  type Candle,
  type CandleRange,
  type Timeframe,
} from './candle.js';

/** Days of five years and a half, minutes of a day and a third. */
export const MAX_CANDLES = 2_000;

/** Bars in a block; they are cached together, whatever range of them is asked for. */
export const BLOCK_BARS = 256;

export interface CandleBlockKey {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** The opening of its first bar; a multiple of {@link BLOCK_BARS} bars since 1970. */
  readonly openMs: number;
}

/** The bars of a block until `asOf`. */
export interface CandleBlock {
  readonly timeframe: Timeframe;
  readonly asOf: string;
  readonly candles: readonly Candle[];
}

/**
 * @param presentMs no bar opens after it
 * @throws AppError `market_data.bad_range`, `market_data.too_many_candles` (invalid)
 */
export function checkRange({ timeframe, fromMs, toMs }: CandleRange, presentMs: number): void {
  if (!(fromMs < toMs)) throw badCandleRange('from must be before to');
  if (fromMs < 0) throw badCandleRange('there are no bars before 1970');
  if (fromMs > presentMs) throw badCandleRange('from must not be in the future');
  const bars = (Math.min(toMs, presentMs) - fromMs) / TIMEFRAME_MS[timeframe];
  if (bars > MAX_CANDLES) throw tooManyCandles(MAX_CANDLES);
}

/** The openings of the blocks that hold the bars of a range. */
export function blockOpenings(
  { timeframe, fromMs, toMs }: CandleRange,
  presentMs: number,
): readonly number[] {
  const spanMs = blockMs(timeframe);
  const endMs = Math.min(toMs, presentMs + 1);
  const first = Math.floor(fromMs / spanMs);
  const count = Math.max(0, Math.ceil(endMs / spanMs) - first);
  return Array.from({ length: count }, (_, index) => (first + index) * spanMs);
}

export function blockMs(timeframe: Timeframe): number {
  return BLOCK_BARS * TIMEFRAME_MS[timeframe];
}

/**
 * How long a block with an open bar may be shown: a minute, and not once that bar has closed.
 * @returns undefined for a block of closed bars
 */
export function openBlockTtlMs({ timeframe, asOf, candles }: CandleBlock): number | undefined {
  const last = candles.at(-1);
  if (last === undefined || last.closed) return undefined;
  const asOfMs = Date.parse(asOf);
  const closesInMs = barOpenMs(timeframe, asOfMs) + TIMEFRAME_MS[timeframe] - asOfMs;
  return Math.min(MINUTE_MS, Math.max(SECOND_MS, closesInMs));
}
