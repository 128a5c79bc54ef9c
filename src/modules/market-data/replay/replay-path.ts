import type { ReplayBar } from './replay-bars.js';

/** Part of a bar that rounding may be off by: a speed such as 0.1 has no exact binary form. */
const EPSILON = 1e-6;

/** Where a replay stands. */
export interface ReplayPosition {
  /** Index of the bar being played. */
  readonly index: number;
  /** How much of the bar is over: above 0, and 1 at its close; 0 only at the very start. */
  readonly fraction: number;
}

/**
 * The position after `elapsedMs`; a series starts again when its last bar is over. The moment between
 * two bars belongs to the close of the earlier, so that a tick as long as a bar shows the closes.
 */
export function replayPosition(
  elapsedMs: number,
  barsPerSecond: number,
  barCount: number,
): ReplayPosition {
  // A process whose clock is a little behind that of the one that started the replay waits at its start.
  const played = (Math.max(0, elapsedMs) * barsPerSecond) / 1_000;
  const barsBefore = Math.max(0, Math.ceil(played - EPSILON) - 1);
  return { index: barsBefore % barCount, fraction: Math.min(1, played - barsBefore) };
}

/**
 * The price within a bar: from the open to the one extreme, the other, and the close, each in a third of
 * the time, in straight lines. A bar that closed higher went to its low first, any other to its high.
 * @param fraction 0…1
 * @returns steps of the price grid, not necessarily whole
 */
export function pathPrice(bar: Omit<ReplayBar, 'date' | 'volume'>, fraction: number): number {
  const rose = bar.close > bar.open;
  const stops = [
    bar.open,
    rose ? bar.low : bar.high,
    rose ? bar.high : bar.low,
    bar.close,
  ] as const;
  const leg = fraction < 1 / 3 ? 0 : fraction < 2 / 3 ? 1 : 2;
  const from = stops[leg];
  const to = stops[leg + 1] as number;
  return from + (to - from) * (fraction * 3 - leg);
}
