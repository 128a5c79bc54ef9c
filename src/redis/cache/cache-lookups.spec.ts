import fc from 'fast-check';
import { CacheCounters } from './cache-counters.js';
import { lookupsOf } from './cache-lookups.js';

const statistics = fc
  .record({ local: fc.nat(9), remote: fc.nat(9), misses: fc.nat(9), stale: fc.nat(9) })
  .map(({ local, remote, misses, stale }) => {
    const counters = new CacheCounters('test', 'general', () => undefined);
    counters.localHits = local;
    counters.remoteHits = remote;
    // An ended value is counted as a miss first.
    counters.misses = misses + stale;
    counters.staleServed = stale;
    return { ...counters.statistics({ declaredTtlMs: 1, ttlMs: 1 }), loaded: misses };
  });

describe('what became of the reads', () => {
  it('is a hit, an ended value or a miss, each read one of them', () => {
    fc.assert(
      fc.property(fc.array(statistics), (caches) => {
        const { hits, stale, misses } = lookupsOf(caches);
        const sum = (of: (one: (typeof caches)[number]) => number) =>
          caches.reduce((total, one) => total + of(one), 0);
        expect(hits).toBe(sum((one) => one.localHits + one.remoteHits));
        expect(stale).toBe(sum((one) => one.staleServed));
        expect(misses).toBe(sum((one) => one.loaded));
      }),
    );
  });
});
