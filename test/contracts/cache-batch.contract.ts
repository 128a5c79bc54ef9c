import { defineCache } from '../../src/redis/cache/cache-definition.js';
import type { Caches } from '../../src/redis/cache/cache.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';

const plain = { namespace: 'general' as const, key: (key: string) => key, ttlMs: 60_000 };
const lengths = defineCache<string, number | null>({
  ...plain,
  name: 'test.lengths',
  negativeTtlMs: 60_000,
});
const lengthOf = (keys: readonly string[]) => Promise.resolve(keys.map((key) => key.length));

/** The part of the cache contract about many keys at once. */
export function describeCacheBatches(caches: () => Caches): void {
  describe('asked for many at once', () => {
    it('answers in their order, and loads in one call what it does not have', async () => {
      const cache = caches().use(lengths);
      await cache.set('bb', 22);
      const load = jest.fn(lengthOf);
      expect(await cache.getOrSetMany(['a', 'bb', 'ccc'], load)).toEqual([1, 22, 3]);
      expect(load.mock.calls.map(([keys]) => keys)).toEqual([['a', 'ccc']]);
      expect(await cache.getOrSetMany(['ccc', 'a'], load)).toEqual([3, 1]);
      expect(await cache.get('ccc')).toBe(3);
      expect(load).toHaveBeenCalledTimes(1);
    });

    it('loads what is asked for twice once', async () => {
      const load = jest.fn(lengthOf);
      expect(await caches().use(lengths).getOrSetMany(['a', 'a'], load)).toEqual([1, 1]);
      expect(load.mock.calls.map(([keys]) => keys)).toEqual([['a']]);
    });

    it('keeps null and remembers nothing, each as what it is', async () => {
      const cache = caches().use(lengths);
      const load = jest.fn(async () => [null, undefined]);
      expect(await cache.getOrSetMany(['none', 'gone'], load)).toEqual([null, undefined]);
      expect(await cache.getOrSetMany(['none', 'gone'], load)).toEqual([null, undefined]);
      expect(load).toHaveBeenCalledTimes(1);
    });

    it('shares a load with those who ask for one of them meanwhile', async () => {
      const cache = caches().use(lengths);
      const source = new Deferred<number[]>();
      const load = jest.fn(() => source.promise);
      const batch = cache.getOrSetMany(['a', 'b'], load);
      await eventually(() => expect(load).toHaveBeenCalled());
      const single = cache.getOrSetOptional('b', () => Promise.resolve(0));
      source.resolve([1, 2]);
      expect(await batch).toEqual([1, 2]);
      expect(await single).toBe(2);
    });

    it('gives the error of the load to all, and forgets it', async () => {
      const cache = caches().use(lengths);
      await cache.set('there', 5);
      const failing = () => Promise.reject(new Error('source is down'));
      await expect(cache.getOrSetMany(['there', 'a'], failing)).rejects.toThrow('source is down');
      expect(await cache.getOrSetMany(['there', 'a'], lengthOf)).toEqual([5, 1]);
    });

    it('does not store what was invalidated during the load', async () => {
      const cache = caches().use(lengths);
      const source = new Deferred<number[]>();
      const load = jest.fn(() => source.promise);
      const batch = cache.getOrSetMany(['a', 'b'], load);
      await eventually(() => expect(load).toHaveBeenCalled());
      await cache.delete('a');
      source.resolve([1, 2]);
      expect(await batch).toEqual([1, 2]);
      expect(await cache.get('a')).toBeUndefined();
      await eventually(async () => expect(await cache.get('b')).toBe(2));
    });

    it('asks nobody for nothing', async () => {
      const load = jest.fn(lengthOf);
      expect(await caches().use(lengths).getOrSetMany([], load)).toEqual([]);
      expect(load).not.toHaveBeenCalled();
    });
  });
}
