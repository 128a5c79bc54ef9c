import { defineCache } from '../../src/redis/cache/cache-definition.js';
import type { CacheEvent, Caches } from '../../src/redis/cache/cache.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';

const plain = { key: (key: string) => key, ttlMs: 60_000, jitter: 0 };
const users = defineCache<string, number>({ ...plain, name: 'test.users', namespace: 'users' });
const market = defineCache<string, number>({ ...plain, name: 'test.market', namespace: 'market' });

/** The part of the cache contract about many keys, whole groups of them, and what operators see and set. */
export function describeCacheOperating(caches: () => Caches): void {
  describe('with many keys', () => {
    it('writes and reads them in their order', async () => {
      const cache = caches().use(users);
      await cache.setMany([
        ['a', 1],
        ['b', 2],
      ]);
      expect(await cache.getMany(['b', 'none', 'a', 'b'])).toEqual([2, undefined, 1, 2]);
      await cache.deleteMany(['a', 'b']);
      expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined]);
      await cache.setMany([]);
      expect(await cache.getMany([])).toEqual([]);
    });

    it('knows what there is, and for how long', async () => {
      const cache = caches().use(users);
      await cache.set('a', 0);
      expect([await cache.exists('a'), await cache.exists('b')]).toEqual([true, false]);
      expect(await cache.ttlMs('a')).toBeGreaterThan(50_000);
      expect(await cache.ttlMs('a')).toBeLessThanOrEqual(60_000);
      expect(await cache.ttlMs('b')).toBeUndefined();
    });
  });

  describe('dropping', () => {
    const fill = async () => {
      await caches()
        .use(users)
        .setMany([
          ['1:profile', 1],
          ['1:roles', 1],
          ['2:profile', 2],
        ]);
      await caches().use(market).set('1:profile', 3);
    };
    const left = async () => [
      ...(await caches().use(users).getMany(['1:profile', '1:roles', '2:profile'])),
      await caches().use(market).get('1:profile'),
    ];
    const none = undefined;

    it('a namespace spares the others', async () => {
      await fill();
      await caches().invalidateNamespace('users');
      expect(await left()).toEqual([none, none, none, 3]);
      await fill();
      expect(await left()).toEqual([1, 1, 2, 3]);
    });

    it('all leaves nothing', async () => {
      await fill();
      await caches().invalidateAll();
      expect(await left()).toEqual([none, none, none, none]);
      await fill();
      expect(await left()).toEqual([1, 1, 2, 3]);
    });

    it('a pattern takes what matches, and says how many', async () => {
      await fill();
      expect(await caches().invalidatePattern('users', '1:*')).toBe(2);
      expect(await left()).toEqual([none, none, 2, 3]);
      expect(await caches().invalidatePattern('users', '*:profile')).toBe(1);
      expect(await caches().invalidatePattern('users', 'nothing')).toBe(0);
      expect(await left()).toEqual([none, none, none, 3]);
    });

    it.each(['a.c', 'a[b]c', 'a?c', 'a\\c', 'a{b}c', '{a}', '}a{', 'a^c$', '~lease:{x}'])(
      'the pattern %s means these very characters',
      async (odd) => {
        const cache = caches().use(users);
        await cache.setMany([
          [odd, 1],
          ['abc', 2],
        ]);
        expect(await caches().invalidatePattern('users', odd)).toBe(1);
        expect(await cache.getMany([odd, 'abc'])).toEqual([none, 2]);
      },
    );
  });

  describe('with a version', () => {
    const versions = [1, 2, 12].map((version) =>
      defineCache<string, number>({ ...users, name: `test.version.${version}`, version }),
    );
    const of = (version: number) =>
      caches().use(versions.find((one) => one.version === version) ?? users);

    it('keeps the values of each apart', async () => {
      await of(1).set('k', 1);
      await of(2).set('k', 2);
      expect([await of(1).get('k'), await of(2).get('k')]).toEqual([1, 2]);
      await of(1).delete('k');
      expect([await of(1).get('k'), await of(2).get('k')]).toEqual([undefined, 2]);
    });

    it('is dropped by a pattern of what its key function makes', async () => {
      const fill = async () => {
        await of(1).set('1:profile', 1);
        await of(2).set('1:profile', 2);
        await of(12).set('1:profile', 12);
        await of(2).set('1:profiles', 3);
      };
      const left = async () => [
        ...(await Promise.all([1, 2, 12].map((version) => of(version).get('1:profile')))),
        await of(2).get('1:profiles'),
      ];
      for (const pattern of ['*:profile', '1:profile', '1*file']) {
        await fill();
        expect(await caches().invalidatePattern('users', pattern)).toBe(3);
        expect(await left()).toEqual([undefined, undefined, undefined, 3]);
      }
      // As it is kept, for who looked there.
      await fill();
      expect(await caches().invalidatePattern('users', '1:profile@2')).toBe(1);
      expect(await left()).toEqual([1, undefined, 12, 3]);
    });
  });

  it('tells keys apart that look alike', async () => {
    const cache = caches().use(users);
    const alike = ['a{b', 'a%7Bb', 'a%257Bb', '%', '%25', '%2525', '}', '%7D', '%7d'];
    await cache.setMany(alike.map((key, i) => [key, i] as const));
    expect(await cache.getMany(alike)).toEqual(alike.map((_, i) => i));
    for (const key of alike) expect(await caches().invalidatePattern('users', key)).toBe(1);
    expect(await cache.getMany(alike)).toEqual(alike.map(() => undefined));
  });

  it('a pattern costs no more than the keys are long, whatever it looks like', async () => {
    await caches().use(users).set('a'.repeat(100), 1);
    const startedAtMs = performance.now();
    expect(await caches().invalidatePattern('users', `${'a*'.repeat(6)}b`)).toBe(0);
    expect(await caches().invalidatePattern('users', 'a*'.repeat(6))).toBe(1);
    // As a regular expression, with one try after another, it takes 12 s.
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });

  describe('for operators', () => {
    it('overrides the TTL of new values, until it is taken back', async () => {
      const cache = caches().use(users);
      caches().overrideTtl('test.users', 1_000);
      await cache.set('brief', 1);
      expect(await cache.ttlMs('brief')).toBeLessThanOrEqual(1_000);
      expect(caches().newTtlMs('test.users')).toBe(1_000);
      caches().overrideTtl('test.users', undefined);
      await cache.set('long', 1);
      expect(await cache.ttlMs('long')).toBeGreaterThan(50_000);
      expect(caches().newTtlMs('test.users')).toBe(60_000);
    });

    it('refuses a TTL that is none, and a cache that it does not know', () => {
      caches().use(users);
      for (const ttlMs of [0, -1, 1.5, NaN]) {
        expect(() => caches().overrideTtl('test.users', ttlMs)).toThrow(
          expect.objectContaining({ code: 'cache.invalid_ttl' }),
        );
      }
      const unknown = expect.objectContaining({ code: 'cache.unknown' }) as Error;
      expect(() => caches().overrideTtl('test.unknown', 1)).toThrow(unknown);
      expect(() => caches().newTtlMs('test.unknown')).toThrow(unknown);
    });

    it('tells which keys are read most', async () => {
      const cache = caches().use(users);
      for (let i = 0; i < 300; i += 1) {
        await cache.getOrSet('hot', async () => 1);
        if (i % 10 === 0) await cache.getOrSet(`cold ${i}`, async () => 1);
      }
      const [hottest] = caches().hotKeys(1);
      expect(hottest).toMatchObject({ cache: 'test.users', key: 'hot' });
      expect(hottest?.reads).toBeGreaterThan(100);
    });

    it('tells of each load once it is over, however it ended, and of no hit', async () => {
      const loads: (CacheEvent & { readonly type: 'load' })[] = [];
      const stop = caches().onEvent((event) => {
        if (event.type === 'load') loads.push(event);
      });
      const cache = caches().use(users);
      const source = new Deferred<number>();
      const slow = cache.getOrSet('slow', () => {
        setTimeout(() => source.resolve(1), 30);
        return source.promise;
      });
      expect(loads).toEqual([]);
      await slow;
      expect(loads).toEqual([
        {
          type: 'load',
          cache: 'test.users',
          namespace: 'users',
          tookMs: expect.any(Number) as number,
        },
      ]);
      // Timers may be a millisecond early.
      expect(loads[0]?.tookMs).toBeGreaterThan(28);
      await cache.getOrSet('slow', async () => 2);
      await cache.get('slow');
      expect(loads).toHaveLength(1);
      const failing = cache.getOrSet('failing', () => Promise.reject(new Error('no')));
      await expect(failing).rejects.toThrow('no');
      await cache.getOrSetMany(['a', 'b'], async () => [1, 2]);
      await cache.refresh(['a'], async () => [3]);
      expect(loads).toHaveLength(4);
      stop();
      await cache.getOrSet('unheard', async () => 1);
      expect(loads).toHaveLength(4);
    });

    it('tells of invalidations as they happen', async () => {
      const events: CacheEvent[] = [];
      const stop = caches().onEvent((event) => events.push(event));
      await caches().use(users).deleteMany(['a', 'b']);
      expect(events).toContainEqual({ type: 'invalidated', keys: 2, origin: 'here' });
      stop();
      const { length } = events;
      await caches().use(users).delete('a');
      expect(events).toHaveLength(length);
    });

    it('says how it stands to the store', async () => {
      await eventually(() => expect(['alone', 'coherent']).toContain(caches().link().state));
      expect(caches().link()).toMatchObject({ owedInvalidations: 0, resets: 0 });
    });
  });
}
