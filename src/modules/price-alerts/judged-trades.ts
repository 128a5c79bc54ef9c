import type { Quote } from '../market-data/index.js';
import { isStale } from '../trading/index.js';

/** What alerts of a symbol are held against. */
export interface LastTrade {
  readonly symbol: string;
  /** USD a unit, a decimal in text. */
  readonly last: string;
}

/**
 * The last trades that alerts may fire by: those of quotes that are fresh enough to trade on. A quote that is too old, or of
 * which nobody knows when it was made, says nothing about where the price is now.
 */
export function tradesToJudge(
  quotes: readonly Quote[],
  age: Parameters<typeof isStale>[0],
  nowMs: number,
): LastTrade[] {
  return quotes
    .filter(({ asOf }) => {
      const madeMs = Date.parse(asOf);
      return Number.isFinite(madeMs) && !isStale(age, madeMs, nowMs);
    })
    .map(({ symbol, last }) => ({ symbol, last }));
}
