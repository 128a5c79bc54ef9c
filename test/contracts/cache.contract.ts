import { defineCache } from '../../src/redis/cache/cache-definition.js';
import type { Caches } from '../../src/redis/cache/cache.js';
import { eventually } from '../support/eventually.js';
import { describeCacheAgeing } from './cache-ageing.contract.js';
import { describeCacheBatches } from './cache-batch.contract.js';
import { describeCacheLoading } from './cache-loading.contract.js';
import { describeCacheOperating } from './cache-operating.contract.js';
import { describeCacheValues } from './cache-values.contract.js';
import { Deferred } from '../support/deferred.js';

export interface CacheFixture {
  readonly caches: Caches;
  close(): Promise<void>;
}

interface Profile {
  name: string;
  roles: string[];
}

const profiles = defineCache<string, Profile>({
  name: 'test.profiles',
  namespace: 'users',
  key: (userId) => `${userId}:profile`,
  ttlMs: 60_000,
  tags: (userId) => [`user:${userId}`, 'profiles'],
});
const plain = { namespace: 'general' as const, key: (key: string) => key, ttlMs: 60_000 };
const anything = defineCache<string, unknown>({ ...plain, name: 'test.anything' });

/** What every cache driver promises (`Cache`, `Caches`), with an instance of its own per test. */
export function describeCacheContract(driver: string, setup: () => Promise<CacheFixture>): void {
  describe(`a ${driver} cache`, () => {
    let fixture: CacheFixture;
    let caches: Caches;
    beforeEach(async () => {
      fixture = await setup();
      caches = fixture.caches;
    });
    afterEach(() => fixture.close());

    const ada: Profile = { name: 'Ada', roles: ['trader'] };

    it('answers undefined for what was never set', async () => {
      expect(await caches.use(profiles).get('ada')).toBeUndefined();
    });

    it.each([[null], [0], [false], [''], [[]], [{ deep: [1, { x: null }] }]])(
      'keeps %j as the value it is',
      async (value) => {
        const cache = caches.use(anything);
        await cache.set('k', value);
        expect(await cache.get('k')).toEqual(value);
        expect(await cache.getOrSet('k', neverCalled)).toEqual(value);
      },
    );

    it('loads what it does not have, once', async () => {
      const cache = caches.use(profiles);
      const load = jest.fn(async () => ada);
      expect(await cache.getOrSet('ada', load)).toEqual(ada);
      expect(await cache.getOrSet('ada', load)).toEqual(ada);
      expect(await cache.get('ada')).toEqual(ada);
      expect(load).toHaveBeenCalledTimes(1);
    });

    it('runs one load for all who ask at the same time', async () => {
      const cache = caches.use(profiles);
      const source = new Deferred<Profile>();
      const load = jest.fn(() => source.promise);
      const answers = Array.from({ length: 50 }, () => cache.getOrSet('ada', load));
      await eventually(() => expect(load).toHaveBeenCalled());
      source.resolve(ada);
      expect(new Set(await Promise.all(answers)).size).toBe(1);
      expect(load).toHaveBeenCalledTimes(1);
    });

    it('keeps the loads of different keys apart', async () => {
      const cache = caches.use(anything);
      const answers = ['a', 'b', 'c'].map((key) =>
        cache.getOrSet(key, async () => `value of ${key}`),
      );
      expect(await Promise.all(answers)).toEqual(['value of a', 'value of b', 'value of c']);
    });

    it('gives the error of a load to all who share it, and forgets it', async () => {
      const cache = caches.use(profiles);
      const load = async (): Promise<Profile> => Promise.reject(new Error('source is down'));
      const answers = await Promise.allSettled([
        cache.getOrSet('ada', load),
        cache.getOrSet('ada', load),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(await cache.getOrSet('ada', async () => ada)).toEqual(ada);
    });

    it('ends an entry with its TTL', async () => {
      const brief = defineCache<string, number>({
        ...plain,
        name: 'test.brief',
        ttlMs: 80,
        jitter: 0,
      });
      const cache = caches.use(brief);
      const setAtMs = performance.now();
      await cache.set('k', 1);
      await eventually(async () => expect(await cache.get('k')).toBeUndefined());
      expect(performance.now() - setAtMs).toBeGreaterThanOrEqual(79);
    });

    describe('with sources that may have nothing', () => {
      const optional = defineCache<string, number>({
        ...plain,
        name: 'test.optional',
        negativeTtlMs: 60_000,
      });

      it('remembers that there is nothing', async () => {
        const cache = caches.use(optional);
        const load = jest.fn(async () => undefined);
        expect(await cache.getOrSetOptional('k', load)).toBeUndefined();
        expect(await cache.getOrSetOptional('k', load)).toBeUndefined();
        expect(load).toHaveBeenCalledTimes(1);
        expect(await cache.get('k')).toBeUndefined();
      });

      it('remembers it for a TTL of its own', async () => {
        const cache = caches.use({ ...optional, name: 'test.seldom', negativeTtlMs: 50 });
        expect(await cache.getOrSetOptional('k', async () => undefined)).toBeUndefined();
        await eventually(async () =>
          expect(await cache.getOrSetOptional('k', async () => 7)).toBe(7),
        );
        expect(await cache.getOrSetOptional('k', neverCalled)).toBe(7);
      });

      it('does not remember it without a negative TTL', async () => {
        const cache = caches.use(anything);
        expect(await cache.getOrSetOptional('k', async () => undefined)).toBeUndefined();
        expect(await cache.getOrSetOptional('k', async () => 7)).toBe(7);
      });

      it('does not take a remembered nothing for a value', async () => {
        const cache = caches.use(optional);
        await cache.getOrSetOptional('k', async () => undefined);
        expect(await cache.getOrSet('k', async () => 7)).toBe(7);
      });

      it('forgets the nothing when a value is set', async () => {
        const cache = caches.use(optional);
        await cache.getOrSetOptional('k', async () => undefined);
        await cache.set('k', 7);
        expect(await cache.getOrSetOptional('k', neverCalled)).toBe(7);
      });
    });

    describe('when it is told of a change', () => {
      it('serves the value that was set last', async () => {
        const cache = caches.use(profiles);
        await cache.set('ada', ada);
        await cache.set('ada', { ...ada, name: 'Ada L.' });
        expect(await cache.get('ada')).toEqual({ ...ada, name: 'Ada L.' });
      });

      it('drops a deleted entry, and no other', async () => {
        const cache = caches.use(profiles);
        await Promise.all([cache.set('ada', ada), cache.set('bob', ada)]);
        await cache.delete('ada');
        expect(await cache.get('ada')).toBeUndefined();
        expect(await cache.get('bob')).toEqual(ada);
      });

      it('drops every entry of an invalidated tag, and no other', async () => {
        const cache = caches.use(profiles);
        await Promise.all([cache.set('ada', ada), cache.set('bob', ada)]);
        await caches.invalidateTags(['user:ada', 'nobody has this']);
        expect(await cache.get('ada')).toBeUndefined();
        expect(await cache.get('bob')).toEqual(ada);
        await caches.invalidateTags(['profiles']);
        expect(await cache.get('bob')).toBeUndefined();
      });

      it('keeps what is set after the invalidation', async () => {
        const cache = caches.use(profiles);
        await cache.set('ada', ada);
        await caches.invalidateTags(['profiles']);
        await cache.set('ada', { ...ada, name: 'new' });
        expect(await cache.get('ada')).toEqual({ ...ada, name: 'new' });
      });

      const changes: [string, () => Promise<void>][] = [
        ['its tag is invalidated', () => caches.invalidateTags(['user:ada'])],
        ['it is deleted', () => caches.use(profiles).delete('ada')],
      ];

      it.each(changes)('does not store a value loaded before %s', async (_, change) => {
        const cache = caches.use(profiles);
        const source = new Deferred<Profile>();
        const load = jest.fn(() => source.promise);
        const old = cache.getOrSet('ada', load);
        await eventually(() => expect(load).toHaveBeenCalled());
        await change();
        source.resolve(ada);
        expect(await old).toEqual(ada);
        expect(await cache.get('ada')).toBeUndefined();
        expect(await cache.getOrSet('ada', async () => ({ ...ada, name: 'new' }))).toMatchObject({
          name: 'new',
        });
      });

      it.each(changes)(
        'lets nobody who comes after %s join a load from before',
        async (_, change) => {
          const cache = caches.use(profiles);
          const source = new Deferred<Profile>();
          const load = jest.fn(() => source.promise);
          const old = cache.getOrSet('ada', load);
          await eventually(() => expect(load).toHaveBeenCalled());
          await change();
          expect(await cache.getOrSet('ada', async () => ({ ...ada, name: 'new' }))).toMatchObject({
            name: 'new',
          });
          source.resolve(ada);
          await old;
          expect(await cache.get('ada')).toMatchObject({ name: 'new' });
        },
      );

      it('does not overwrite what was set with what was loaded before', async () => {
        const cache = caches.use(profiles);
        const source = new Deferred<Profile>();
        const load = jest.fn(() => source.promise);
        const old = cache.getOrSet('ada', load);
        await eventually(() => expect(load).toHaveBeenCalled());
        await cache.set('ada', { ...ada, name: 'set' });
        source.resolve(ada);
        await old;
        expect(await cache.get('ada')).toMatchObject({ name: 'set' });
      });
    });

    describeCacheValues(() => caches);
    describeCacheBatches(() => caches);
    describeCacheAgeing(() => caches);
    describeCacheLoading(() => caches);
    describeCacheOperating(() => caches);

    it('refuses what JSON cannot hold', async () => {
      const code = { code: 'cache.not_serializable' };
      await expect(caches.use(anything).set('k', 1n)).rejects.toMatchObject(code);
      await expect(caches.use(anything).getOrSet('k', async () => 1n)).rejects.toMatchObject(code);
    });

    it('rejects where its key cannot be made, and does not throw', async () => {
      const keyless = defineCache<string, number>({
        ...plain,
        name: 'test.keyless',
        key: () => {
          throw new Error('no key');
        },
      });
      const cache = caches.use(keyless);
      const reads = [
        () => cache.get('k'),
        () => cache.getMany(['k']),
        () => cache.getOrSet('k', neverCalled),
        () => cache.getOrSetOptional('k', neverCalled),
        () => cache.getOrSetMany(['k'], neverCalled),
      ];
      await Promise.all(reads.map((read) => expect(read()).rejects.toThrow('no key')));
    });

    it('refuses two definitions of one name, and knows one that it has', () => {
      expect(caches.use(anything)).toBe(caches.use(anything));
      expect(() => caches.use(defineCache({ ...anything, ttlMs: 1 }))).toThrow(
        expect.objectContaining({ code: 'cache.duplicate_name' }),
      );
    });

    it.each([
      { ttlMs: 0 },
      { ttlMs: 1.5 },
      { negativeTtlMs: -1 },
      { refreshAfterMs: 60_001 },
      { name: '' },
    ])('refuses the definition %j', (part) => {
      expect(() => caches.use(defineCache({ ...anything, name: 'test.bad', ...part }))).toThrow(
        expect.objectContaining({ code: 'cache.invalid_definition' }),
      );
    });
  });
}

async function neverCalled(): Promise<never> {
  throw new Error('there was no need to load');
}
