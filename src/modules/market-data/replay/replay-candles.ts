import { DAY_MS } from '../../../kernel/duration.js';
import { money, moneyText } from '../../../kernel/money.js';
import {
  TIMEFRAMES,
  TIMEFRAME_MS,
  barOpenMs,
  type Candle,
  type CandleRange,
  type Timeframe,
} from '../candles/candle.js';
import { unitsText } from '../quotes/quote-prices.js';
import type { ReplayBar, ReplaySeries } from './replay-bars.js';
import { pathPrice, type ReplayPosition } from './replay-path.js';

/** When a recorded bar opened: its date in UTC; one without a time at midnight, one without a zone in UTC. */
export function recordedAtMs({ date }: ReplayBar): number {
  const isZoned = /(Z|[+-]\d{2}:?\d{2})$/.test(date);
  return Date.parse(date.includes('T') && !isZoned ? `${date}Z` : date);
}

/** A recording with what is asked of it again and again. */
export interface RecordedBars extends ReplaySeries {
  /** When each bar opened, ms since the epoch. */
  readonly openMs: readonly number[];
  /** What a bar lasts: the longest timeframe that never holds two of them. */
  readonly timeframe: Timeframe;
}

export function recordedBars(series: ReplaySeries): RecordedBars {
  const openMs = series.bars.map(recordedAtMs);
  let shortestGapMs = DAY_MS;
  openMs.forEach(
    (ms, i) => (shortestGapMs = Math.min(shortestGapMs, ms - (openMs[i - 1] ?? -Infinity))),
  );
  const timeframe = TIMEFRAMES.findLast((one) => TIMEFRAME_MS[one] <= shortestGapMs) ?? '1m';
  return { ...series, openMs, timeframe };
}

/** The recorded timeframe and the longer ones, which are made of it. */
export function recordedTimeframes({ timeframe }: RecordedBars): readonly Timeframe[] {
  return TIMEFRAMES.slice(TIMEFRAMES.indexOf(timeframe));
}

/** A bar as far as it has been played: what comes after is not known yet. */
export function playedPart(bar: ReplayBar, fraction: number): ReplayBar {
  if (fraction >= 1) return bar;
  const passed = [0, 1 / 3, 2 / 3].filter((stop) => stop <= fraction);
  const prices = [...passed, fraction].map((stop) => pathPrice(bar, stop));
  const [open = bar.open] = prices;
  return {
    date: bar.date,
    open,
    high: Math.round(Math.max(...prices)),
    low: Math.round(Math.min(...prices)),
    close: Math.round(prices.at(-1) ?? open),
    volume: money(bar.volume).times(fraction).toFixed(0),
  };
}

/**
 * The bars played so far, on the times of the recording, put together to those of the timeframe. The bar being
 * played is open, and so is a longer one that it falls in.
 */
export function replayCandles(
  series: RecordedBars,
  position: ReplayPosition,
  range: CandleRange,
): readonly Candle[] {
  const { timeframe, fromMs, toMs } = range;
  const current = series.bars[position.index];
  const nowMs = series.openMs[position.index];
  if (current === undefined || nowMs === undefined) return [];

  const groups = new Map<number, ReplayBar[]>();
  for (let index = firstAtOrAfter(series.openMs, fromMs); index <= position.index; index += 1) {
    const openMs = barOpenMs(timeframe, series.openMs[index] ?? 0);
    // A group that began before the range is not shown in part.
    if (openMs < fromMs) continue;
    if (openMs >= toMs) break;
    const bar =
      index === position.index ? playedPart(current, position.fraction) : series.bars[index];
    const group = groups.get(openMs) ?? [];
    if (bar !== undefined) group.push(bar);
    groups.set(openMs, group);
  }
  const openBarMs = barOpenMs(timeframe, nowMs);
  return [...groups].map(([openMs, bars]) =>
    together(bars, openMs, openMs < openBarMs, series.decimals),
  );
}

/** The first index whose moment is not before `atMs`; the moments ascend. */
function firstAtOrAfter(moments: readonly number[], atMs: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((moments[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function together(
  bars: readonly ReplayBar[],
  openMs: number,
  closed: boolean,
  decimals: number,
): Candle {
  const price = (units: number | undefined) => unitsText(units ?? 0, decimals);
  return {
    openAt: new Date(openMs).toISOString(),
    open: price(bars[0]?.open),
    high: price(Math.max(...bars.map(({ high }) => high))),
    low: price(Math.min(...bars.map(({ low }) => low))),
    close: price(bars.at(-1)?.close),
    volume: moneyText(bars.reduce((sum, { volume }) => sum.plus(volume), money(0))),
    closed,
  };
}

/** Sessions in a year, and hours in a session: what a year's return is made of. */
const SESSIONS_PER_YEAR = 252;
const SESSION_MS = 6.5 * TIMEFRAME_MS['1h'];

/**
 * Standard deviation of the first `count` bars' logarithmic returns from close to close, times the square root of the bars in a
 * year of 252 sessions of 6.5 hours. Undefined for less than three bars, or prices that never moved.
 */
export function recordedVolatility(series: RecordedBars, count: number): number | undefined {
  const closes = series.bars.slice(0, count).map(({ close }) => close);
  const returns = closes.slice(1).map((close, index) => Math.log(close / (closes[index] ?? close)));
  if (returns.length < 2) return undefined;
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const variance =
    returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (returns.length - 1);
  const spanMs = Math.min(SESSION_MS, TIMEFRAME_MS[series.timeframe]);
  const annual = Math.sqrt((variance * SESSIONS_PER_YEAR * SESSION_MS) / spanMs);
  return annual > 0 ? annual : undefined;
}
