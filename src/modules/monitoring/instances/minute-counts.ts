import { MINUTE_MS } from '../../../kernel/duration.js';

/** Counts that only grow. */
export interface Counts {
  readonly lookups: number;
  readonly hits: number;
  readonly connectionErrors: number;
}

interface Sample {
  readonly atMs: number;
  readonly counts: Counts;
}

/** What growing counts gained in the last minute, as far as they were looked at. */
export class MinuteCounts {
  #samples: Sample[] = [];

  /** @returns the gain since a minute ago; since the first look while that is younger */
  gain(counts: Counts, nowMs: number): Counts {
    // The youngest that is a minute old, and all that came after it.
    const old = this.#samples.findLastIndex(({ atMs }) => atMs <= nowMs - MINUTE_MS);
    this.#samples = [...this.#samples.slice(Math.max(0, old)), { atMs: nowMs, counts }];
    const from = this.#samples[0]?.counts ?? counts;
    return {
      lookups: counts.lookups - from.lookups,
      hits: counts.hits - from.hits,
      connectionErrors: counts.connectionErrors - from.connectionErrors,
    };
  }
}
