import type { CacheStatistics } from './cache.js';

/** What became of the reads of caches. */
export interface CacheLookups {
  /** Answered with a fresh value, of either tier. */
  readonly hits: number;
  /** Answered with an ended value, since the source failed or was slow: neither a hit nor a miss. */
  readonly stale: number;
  /** What only the source could answer. */
  readonly misses: number;
}

/** Of any number of caches together. The caches count a read that ends with an ended value as a miss first. */
export function lookupsOf(statistics: readonly CacheStatistics[]): CacheLookups {
  let [hits, stale, misses] = [0, 0, 0];
  for (const cache of statistics) {
    hits += cache.localHits + cache.remoteHits;
    stale += cache.staleServed;
    misses += Math.max(0, cache.misses - cache.staleServed);
  }
  return { hits, stale, misses };
}
