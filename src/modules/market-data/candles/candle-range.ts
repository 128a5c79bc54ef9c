import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../../kernel/duration.js';
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

/** Closed bars are cached by blocks of so many, whatever range of them is asked for. */
export const BLOCK_BARS = 128;

/** What is cached together: a block of closed bars, the part of one that is closed, or the open bar. */
export interface CandleBlockKey {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly fromMs: number;
  /** The bars that open before it; `open`: the bar of `fromMs` alone, which is open. */
  readonly toMs: number | 'open';
}

export interface CandleBlock {
  readonly timeframe: Timeframe;
  /** ISO 8601: until when an open bar is told. */
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

/**
 * The blocks that hold the bars of a range. The block of the present ends with its last closed bar, and the open
 * bar stands alone: it changes all the time, the others do not.
 */
export function blocksOf(
  symbol: string,
  { timeframe, fromMs, toMs }: CandleRange,
  presentMs: number,
): readonly CandleBlockKey[] {
  const openBarMs = barOpenMs(timeframe, presentMs);
  const spanMs = BLOCK_BARS * TIMEFRAME_MS[timeframe];
  const endMs = Math.min(toMs, openBarMs);
  const blocks: CandleBlockKey[] = [];
  for (let ms = Math.floor(fromMs / spanMs) * spanMs; ms < endMs; ms += spanMs) {
    blocks.push({ symbol, timeframe, fromMs: ms, toMs: Math.min(ms + spanMs, openBarMs) });
  }
  if (toMs > openBarMs) blocks.push({ symbol, timeframe, fromMs: openBarMs, toMs: 'open' });
  return blocks;
}

/** A day for closed bars, a minute for the open one; and nothing lasts longer than it is asked for. */
export function blockTtlMs({ timeframe, asOf, candles }: CandleBlock): number {
  if (candles.length === BLOCK_BARS) return DAY_MS;
  const asOfMs = Date.parse(asOf);
  const closesInMs = barOpenMs(timeframe, asOfMs) + TIMEFRAME_MS[timeframe] - asOfMs;
  const isOpen = candles.at(-1)?.closed === false;
  return Math.max(SECOND_MS, Math.min(isOpen ? MINUTE_MS : DAY_MS, closesInMs));
}
