export interface Backoff {
  /** Between the first failure and the next attempt, about. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * How long to wait before another attempt: twice as long each time, and at random between half of that and all of it, so
 * that clients that were cut off together do not come back together.
 * @param failures in a row, 1 or more
 * @param random 0 to 1
 */
export function backoffMs(
  { firstMs, longestMs }: Backoff,
  failures: number,
  random: number,
): number {
  const most = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(most * (0.5 + random / 2));
}
