import { defineCache } from '../../src/redis/cache/cache-definition.js';
import type { Caches } from '../../src/redis/cache/cache.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';

const plain = {
  namespace: 'general' as const,
  key: (key: string) => key,
  ttlMs: 60_000,
  jitter: 0,
};
const failing = (): Promise<never> => Promise.reject(new Error('source is down'));

/** The part of the cache contract about sources that fail, are slow, or say more than a value. */
export function describeCacheLoading(caches: () => Caches): void {
  describe('with a grace period', () => {
    const graced = defineCache<string, number>({
      ...plain,
      name: 'test.graced',
      ttlMs: 40,
      graceMs: 60_000,
      tags: () => ['graced'],
    });
    const impatient = defineCache<string, number>({
      ...graced,
      name: 'test.impatient',
      softTimeoutMs: 30,
    });
    const ended = async (key: string, definition = graced) => {
      const cache = caches().use(definition);
      await cache.set(key, 1);
      await eventually(async () => expect(await cache.get(key)).toBeUndefined());
      return cache;
    };

    it('serves the ended value while the source fails', async () => {
      const cache = await ended('k');
      const load = jest.fn(failing);
      expect(await cache.getOrSet('k', load)).toBe(1);
      expect(await cache.getOrSetMany(['k'], load)).toEqual([1]);
      // And does not press a source that is down.
      expect(load).toHaveBeenCalledTimes(1);
      expect(await cache.exists('k')).toBe(false);
    });

    it('serves the ended value while the source is slow, and the new one when it is there', async () => {
      // The new one lives long: however slow the machine, the second reader finds it, or its load.
      const lasting = {
        ...impatient,
        ttlMs: 60_000,
        ttlMsOf: (n: number) => (n === 1 ? 40 : 60_000),
      };
      const cache = await ended('k', lasting);
      const source = new Deferred<number>();
      expect(await cache.getOrSet('k', () => source.promise)).toBe(1);
      const other = cache.getOrSet('k', () => Promise.resolve(3));
      source.resolve(2);
      expect(await other).toBe(2);
    });

    it('serves a batch that joins a failing load, and leaves no rejection behind', async () => {
      const cache = await ended('k', impatient);
      const source = new Deferred<number>();
      expect(await cache.getOrSet('k', () => source.promise)).toBe(1);
      const batch = cache.getOrSetMany(['k'], failing);
      expect(await batch).toEqual([1]);
      source.reject(new Error('source is down'));
      expect(await cache.getOrSet('k', failing)).toBe(1);
    });

    it('never serves what was invalidated', async () => {
      const cache = await ended('tagged');
      await caches().invalidateTags(['graced']);
      await expect(cache.getOrSet('tagged', failing)).rejects.toThrow('source is down');
      await ended('deleted');
      await cache.delete('deleted');
      await expect(cache.getOrSet('deleted', failing)).rejects.toThrow('source is down');
    });

    it('counts what it served like that', async () => {
      const cache = await ended('k');
      await cache.getOrSet('k', failing);
      const own = caches()
        .statistics()
        .find(({ name }) => name === 'test.graced');
      expect(own?.staleServed).toBe(1);
    });
  });

  describe('with a source that is too slow', () => {
    const slow = defineCache<string, number>({ ...plain, name: 'test.slow', hardTimeoutMs: 200 });

    it('gives up at the hard time-out, and tells the source', async () => {
      const cache = caches().use(slow);
      let told: AbortSignal | undefined;
      const answer = cache.getOrSet('k', ({ signal }) => {
        told = signal;
        return new Promise<number>(() => undefined);
      });
      await expect(answer).rejects.toMatchObject({ code: 'cache.load_timeout' });
      expect(told?.aborted).toBe(true);
      expect(await cache.getOrSet('k', () => Promise.resolve(2))).toBe(2);
    });
  });

  describe('with readers who give up', () => {
    const left = defineCache<string, number>({ ...plain, name: 'test.left' });
    const cacheOf = () => caches().use(left);

    it('lets one go, and the load go on for the others', async () => {
      const source = new Deferred<number>();
      const impatient = new AbortController();
      const load = jest.fn(() => source.promise);
      const gone = cacheOf().getOrSet('k', load, { signal: impatient.signal });
      const stayed = cacheOf().getOrSet('k', load);
      await eventually(() => expect(load).toHaveBeenCalled());
      impatient.abort(new Error('no time'));
      await expect(gone).rejects.toThrow('no time');
      source.resolve(1);
      expect(await stayed).toBe(1);
      expect(load).toHaveBeenCalledTimes(1);
    });

    it('aborts the load when all have gone', async () => {
      const impatient = new AbortController();
      let told: AbortSignal | undefined;
      const gone = cacheOf().getOrSet(
        'k',
        ({ signal }) => {
          told = signal;
          return new Promise<number>(() => undefined);
        },
        { signal: impatient.signal },
      );
      await eventually(() => expect(told).toBeDefined());
      impatient.abort(new Error('no time'));
      await expect(gone).rejects.toThrow('no time');
      await eventually(() => expect(told?.aborted).toBe(true));
      expect(await cacheOf().getOrSet('k', () => Promise.resolve(2))).toBe(2);
    });

    describe('of a batch', () => {
      /** A load that does not end, and the signal that it was told by. */
      const begun = async (keys: readonly string[], signal: AbortSignal) => {
        let told: AbortSignal | undefined;
        const source = new Deferred<number[]>();
        const load = jest.fn((_: readonly string[], context: { signal: AbortSignal }) => {
          told = context.signal;
          return source.promise;
        });
        const answer = cacheOf().getOrSetMany(keys, load, { signal });
        answer.catch(() => undefined);
        await eventually(() => expect(load).toHaveBeenCalledTimes(1));
        return { answer, source, told: told as unknown as AbortSignal };
      };

      it('aborts the load when all who wait for any of its keys have gone', async () => {
        const [one, other] = [new AbortController(), new AbortController()];
        const { answer, told } = await begun(['a', 'b', 'c', 'a'], one.signal);
        const joined = cacheOf().getOrSetOptional('b', failing, { signal: other.signal });
        joined.catch(() => undefined);
        one.abort(new Error('no time'));
        await expect(answer).rejects.toThrow('no time');
        expect(told.aborted).toBe(false);
        other.abort(new Error('no patience'));
        await expect(joined).rejects.toThrow('no patience');
        await eventually(() => expect(told.reason).toMatchObject({ message: 'no patience' }));
        const lengths = (keys: readonly string[]) =>
          Promise.resolve(keys.map(({ length }) => length));
        expect(await cacheOf().getOrSetMany(['a', 'b', 'c'], lengths)).toEqual([1, 1, 1]);
      });

      it('lets the load go on for one who waits for one of its keys', async () => {
        const impatient = new AbortController();
        const { answer, source, told } = await begun(['a', 'b'], impatient.signal);
        const stays = cacheOf().getOrSetOptional('b', failing);
        impatient.abort(new Error('no time'));
        await expect(answer).rejects.toThrow('no time');
        source.resolve([1, 2]);
        expect(await stays).toBe(2);
        expect(told.aborted).toBe(false);
        await eventually(async () => expect(await cacheOf().get('a')).toBe(1));
      });

      it('begins no load for one who goes before there is need of it', async () => {
        const impatient = new AbortController();
        const load = jest.fn(() => Promise.resolve([1]));
        const answer = cacheOf().getOrSetMany(['a'], load, { signal: impatient.signal });
        impatient.abort(new Error('no time'));
        await expect(answer).rejects.toThrow('no time');
        // Waits for whatever else there was to be done for the key.
        expect(await cacheOf().getOrSet('a', () => Promise.resolve(2))).toBe(2);
        expect(load).not.toHaveBeenCalled();
      });
    });

    it('does not begin for one who has gone already', async () => {
      const load = jest.fn(() => Promise.resolve(1));
      const signal = AbortSignal.abort(new Error('gone'));
      await expect(cacheOf().getOrSet('gone', load, { signal })).rejects.toThrow('gone');
      await expect(cacheOf().getOrSetOptional('gone', load, { signal })).rejects.toThrow('gone');
      const loadMany = () => load().then((value) => [value]);
      await expect(cacheOf().getOrSetMany(['gone'], loadMany, { signal })).rejects.toThrow('gone');
      // Whatever was begun would show by then.
      await cacheOf().getOrSet('other', () => Promise.resolve(1));
      expect(load).not.toHaveBeenCalled();
    });
  });

  describe('with a source that says how long its answer is good', () => {
    const adaptive = defineCache<string, number>({ ...plain, name: 'test.adaptive' });

    it('keeps it so long, and never longer than declared', async () => {
      const cache = caches().use(adaptive);
      await cache.getOrSet('brief', ({ setTtlMs }) => {
        setTtlMs(50);
        return Promise.resolve(1);
      });
      await cache.getOrSet('long', ({ setTtlMs }) => {
        setTtlMs(3_600_000);
        return Promise.resolve(1);
      });
      expect(await cache.ttlMs('long')).toBeLessThanOrEqual(60_000);
      await eventually(async () => expect(await cache.get('brief')).toBeUndefined());
    });

    it.each([0, -1, 0.5, NaN])('does not keep what is good for %d ms', async (ttlMs) => {
      const cache = caches().use(adaptive);
      const load = jest.fn(({ setTtlMs }: { setTtlMs(ms: number): void }) => {
        setTtlMs(ttlMs);
        return Promise.resolve(1);
      });
      expect(await cache.getOrSet('now', load)).toBe(1);
      expect(await cache.getOrSet('now', load)).toBe(1);
      expect(load).toHaveBeenCalledTimes(2);
    });
  });

  it('takes something off each TTL, so that what was written together does not end together', async () => {
    const cache = caches().use(
      defineCache<string, number>({ ...plain, name: 'test.jitter', jitter: 0.5 }),
    );
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
    await cache.setMany(keys.map((key) => [key, 1] as const));
    const ttls = await Promise.all(keys.map((key) => cache.ttlMs(key)));
    const all = ttls.map((ttlMs) => ttlMs ?? 0);
    expect(Math.max(...all)).toBeLessThanOrEqual(60_000);
    expect(Math.min(...all)).toBeGreaterThan(29_000);
    expect(Math.max(...all) - Math.min(...all)).toBeGreaterThan(1_000);
  });
}
