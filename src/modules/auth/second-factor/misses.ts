import { MINUTE_MS } from '../../../kernel/duration.js';

/** Three of a million codes are good at a time: ten tries in 15 min find one in a year, on average. */
const MAX_MISSES = 10;
export const MISS_WINDOW_MS = 15 * MINUTE_MS;

/** Wrong codes of an account, and when the first of them was. */
export interface Misses {
  readonly misses: number;
  readonly missedSinceMs: number;
}

/** When codes are looked at again, ms since 1970; undefined: now. Recovery codes are not counted: nobody guesses those. */
export function slowedUntilMs(
  { misses, missedSinceMs }: Misses,
  nowMs: number,
): number | undefined {
  const untilMs = missedSinceMs + MISS_WINDOW_MS;
  return misses >= MAX_MISSES && nowMs < untilMs ? untilMs : undefined;
}

export function withMiss({ misses, missedSinceMs }: Misses, nowMs: number): Misses {
  if (misses === 0 || nowMs >= missedSinceMs + MISS_WINDOW_MS) {
    return { misses: 1, missedSinceMs: nowMs };
  }
  return { misses: misses + 1, missedSinceMs };
}
