import type { CacheStatistics } from '../../../redis/index.js';
import { countsOf, toCacheFigure, toNamespaceFigures, totalLookups } from './cache-usage.js';

const cache = (overrides: Partial<CacheStatistics>): CacheStatistics => ({
  name: 'users.profile',
  namespace: 'users',
  localHits: 6,
  remoteHits: 2,
  misses: 2,
  loads: 2,
  loadErrors: 0,
  loadMs: 5,
  refreshes: 0,
  ...{ staleServed: 0, coalesced: 0, awaited: 0, refused: 0, unreadable: 0, evictions: 0 },
  ...{ localEntries: 0, localBytes: 0, declaredTtlMs: 60_000, ttlMs: 60_000 },
  ...overrides,
});
const quotes = cache({ name: 'market.quote', namespace: 'market', misses: 12, loads: 0 });

describe('the use of caches', () => {
  it('counts both tiers as hits', () => {
    expect(totalLookups([cache({}), quotes])).toEqual({
      hits: 16,
      stale: 0,
      misses: 14,
      hitRatePercent: 53.3,
    });
    expect(totalLookups([])).toEqual({
      hits: 0,
      stale: 0,
      misses: 0,
      hitRatePercent: null,
    });
  });

  it('takes an ended value that was served for an answer, not for a miss', () => {
    const failing = cache({ localHits: 6, remoteHits: 0, misses: 4, staleServed: 3 });
    expect(totalLookups([failing])).toEqual({
      hits: 6,
      stale: 3,
      misses: 1,
      hitRatePercent: 90,
    });
    expect(toCacheFigure(failing)).toMatchObject({ staleServed: 3, misses: 1 });
  });

  it('adds up several caches, the mean of their loads by their number', () => {
    const slow = cache({ loads: 8, loadMs: 95, coalesced: 2, localBytes: 10 });
    const both = countsOf([cache({ localBytes: 5 }), slow]);
    expect(both).toMatchObject({
      localHits: 12,
      misses: 4,
      hitRatePercent: 80,
      loads: 10,
      averageLoadMs: 10,
      coalesced: 2,
      localBytes: 15,
    });
    expect(Object.keys(countsOf([]))).toEqual(Object.keys(both));
  });

  it('shows the mean of the loads, where there were any', () => {
    expect(toCacheFigure(cache({}))).toMatchObject({ hitRatePercent: 80, averageLoadMs: 2.5 });
    expect(toCacheFigure(quotes).averageLoadMs).toBeNull();
  });

  it('joins what is counted with what is stored, by namespace', () => {
    const stored = {
      keys: 3,
      bytes: 30,
      namespaces: [
        { namespace: 'users', keys: 1, bytes: 10 },
        { namespace: '~tag', keys: 2, bytes: 20 },
      ],
      asOf: new Date(0),
      complete: true,
    };
    expect(toNamespaceFigures([cache({}), quotes], stored)).toMatchObject([
      { namespace: 'market', hits: 8, keys: 0, bytes: 0 },
      { namespace: 'users', hits: 8, keys: 1, bytes: 10 },
      { namespace: '~tag', hits: 0, hitRatePercent: null, keys: 2 },
    ]);
    expect(toNamespaceFigures([quotes], null)).toMatchObject([{ keys: null, bytes: null }]);
  });
});
