import { defineCache } from '../../src/redis/cache/cache-definition.js';
import type { Caches } from '../../src/redis/cache/cache.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';

const plain = { namespace: 'general' as const, key: (key: string) => key, ttlMs: 60_000 };

/** The part of the cache contract about values that grow old, and about what is counted. */
export function describeCacheAgeing(caches: () => Caches): void {
  describe('refreshed in the background', () => {
    const refreshed = defineCache<string, number>({
      ...plain,
      name: 'test.refreshed',
      refreshAfterMs: 30,
    });

    it('serves the old value at once and the new one when it is there, from one load', async () => {
      const cache = caches().use(refreshed);
      await cache.set('k', 1);
      const source = new Deferred<number>();
      const load = jest.fn(() => source.promise);
      await eventually(async () => {
        expect(await cache.getOrSet('k', load)).toBe(1);
        expect(load).toHaveBeenCalled();
      });
      await Promise.all(Array.from({ length: 20 }, () => cache.getOrSet('k', load)));
      expect(load).toHaveBeenCalledTimes(1);
      source.resolve(2);
      await eventually(async () => expect(await cache.get('k')).toBe(2));
    });

    it('keeps a young value', async () => {
      const patient = defineCache<string, number>({
        ...plain,
        name: 'test.patient',
        refreshAfterMs: 60_000,
      });
      const cache = caches().use(patient);
      await cache.set('k', 1);
      const load = jest.fn(async () => 2);
      expect(await cache.getOrSet('k', load)).toBe(1);
      expect(load).not.toHaveBeenCalled();
    });

    it('keeps the old value when the source fails, and does not press it', async () => {
      const cache = caches().use(refreshed);
      await cache.set('k', 1);
      const load = jest.fn(() => Promise.reject(new Error('source is down')));
      await eventually(async () => {
        expect(await cache.getOrSet('k', load)).toBe(1);
        expect(load).toHaveBeenCalled();
      });
      for (let i = 0; i < 20; i += 1) expect(await cache.getOrSet('k', load)).toBe(1);
      expect(load).toHaveBeenCalledTimes(1);
    });

    it('does not bring back what was deleted during the refresh', async () => {
      const cache = caches().use(refreshed);
      await cache.set('k', 1);
      const source = new Deferred<number>();
      const load = jest.fn(() => source.promise);
      await eventually(async () => {
        await cache.getOrSet('k', load);
        expect(load).toHaveBeenCalled();
      });
      await cache.delete('k');
      source.resolve(2);
      // Counted once the load is over; storing follows in the same turn.
      await eventually(() =>
        expect(statisticsOf(caches(), 'test.refreshed').loadMs).toBeGreaterThan(0),
      );
      expect(await cache.get('k')).toBeUndefined();
    });
  });

  describe('refreshed by its owner', () => {
    const owned = defineCache<string, number>({
      ...plain,
      name: 'test.owned',
      tags: (key) => [`owned:${key}`],
    });

    it('serves what was loaded for each key', async () => {
      const cache = caches().use(owned);
      await cache.set('a', 1);
      await cache.refresh(['a', 'b'], () => Promise.resolve([2, 3]));
      expect([await cache.get('a'), await cache.get('b')]).toEqual([2, 3]);
    });

    it('stores nothing that was invalidated during the load', async () => {
      const cache = caches().use(owned);
      await Promise.all(['tag', 'key', 'set', 'other'].map((key) => cache.set(key, 1)));
      await cache.refresh(['tag', 'key', 'set', 'other'], async () => {
        await caches().invalidateTags(['owned:tag']);
        await cache.delete('key');
        await cache.set('set', 3);
        return [2, 2, 2, 2];
      });
      const after = await Promise.all(['tag', 'key', 'set', 'other'].map((key) => cache.get(key)));
      expect(after).toEqual([undefined, undefined, 3, 2]);
    });

    it('keeps what it has when the source fails', async () => {
      const cache = caches().use(owned);
      await cache.set('a', 1);
      const load = () => Promise.reject(new Error('source is down'));
      await expect(cache.refresh(['a'], load)).rejects.toThrow('source is down');
      expect(await cache.get('a')).toBe(1);
    });
  });

  it('ends a value with the time that its own content gives it', async () => {
    const bars = defineCache<string, { closed: boolean }>({
      ...plain,
      name: 'test.bars',
      ttlMsOf: ({ closed }) => (closed ? 60_000 : 60),
    });
    const cache = caches().use(bars);
    await Promise.all([cache.set('open', { closed: false }), cache.set('past', { closed: true })]);
    await eventually(async () => expect(await cache.get('open')).toBeUndefined());
    expect(await cache.get('past')).toEqual({ closed: true });
  });

  it('counts hits, misses and loads per cache', async () => {
    const counted = defineCache<string, number>({ ...plain, name: 'test.counted' });
    const cache = caches().use(counted);
    await cache.getOrSet('k', async () => 1);
    await cache.getOrSet('k', async () => 1);
    await cache.getOrSet('bad', () => Promise.reject(new Error('no'))).catch(() => undefined);
    const { localHits, remoteHits, ...rest } = statisticsOf(caches(), 'test.counted');
    expect(localHits + remoteHits).toBe(1);
    expect(rest).toMatchObject({ namespace: 'general', misses: 2, loads: 2, loadErrors: 1 });
    expect(rest.loadMs).toBeGreaterThanOrEqual(0);
  });
}

function statisticsOf(caches: Caches, name: string) {
  const found = caches.statistics().find((one) => one.name === name);
  if (found === undefined) throw new Error(`no statistics of ${name}`);
  return found;
}
