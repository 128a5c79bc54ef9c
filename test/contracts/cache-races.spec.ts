import '../support/quiet.js';
import { defineCache } from '../../src/redis/cache/cache-definition.js';
import type { HybridCaches } from '../../src/redis/cache/hybrid.caches.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { watchCommands } from '../support/keyspace.js';
import { openRedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { startCaches } from './cache.setup.js';

const numbers = defineCache<string, number>({
  name: 'test.races',
  namespace: 'general',
  key: (key) => key,
  ttlMs: 60_000,
  tags: () => ['races'],
});

const optional = defineCache<string, number>({
  ...numbers,
  name: 'test.races.optional',
  negativeTtlMs: 60_000,
});

const redis = async (maxLocalEntries: number): Promise<HybridCaches> =>
  startCaches(await openRedisInstance(createTestRedisPrefix()), { maxLocalEntries });

// What the model of cache-model.spec.ts found, or what takes a moment that it seldom meets.
describe.each<[string, () => Promise<HybridCaches>]>([
  ['a memory cache', () => startCaches(undefined)],
  ['a redis cache', () => redis(100)],
])('%s in the moment of a change', (_, open) => {
  it('does not let a load from before a refresh overwrite what the refresh brought', async () => {
    const cache = (await open()).use(numbers);
    const source = new Deferred<number>();
    const load = jest.fn(() => source.promise);
    const old = cache.getOrSet('k', load);
    await eventually(() => expect(load).toHaveBeenCalled());
    await cache.refresh(['k'], () => Promise.resolve([2]));
    source.resolve(1);
    // Seen at once, and for good.
    const seen = [await old.then(() => cache.get('k'))];
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen.push(await cache.get('k'));
    expect(seen).toEqual([2, 2]);
  });

  it.each<[string, number | undefined]>([
    ['a value', 2],
    ['that there is nothing', undefined],
  ])(
    'keeps of two refreshes the one that began last, be it %s, whichever ends first',
    async (_, last) => {
      const cache = (await open()).use(optional);
      for (const order of [0, 1]) {
        await cache.set('k', 0);
        const sources = [new Deferred<number | undefined>(), new Deferred<number | undefined>()];
        const begun = jest.fn();
        const refreshes = sources.map(({ promise }) =>
          cache.refresh(['k'], async () => {
            begun();
            return [await promise];
          }),
        );
        await eventually(() => expect(begun).toHaveBeenCalledTimes(2));
        const ends = [() => sources[0]?.resolve(1), () => sources[1]?.resolve(last)];
        ends[order]?.();
        await refreshes[order];
        ends[1 - order]?.();
        await Promise.all(refreshes);
        expect(await cache.getOrSetOptional('k', () => Promise.resolve(7))).toBe(last);
      }
    },
  );

  it.each([
    ['before', 0],
    ['after', 1],
  ])(
    'serves nothing older than a refresh that another fell into and failed, %s it ended',
    async (_, first) => {
      const cache = (await open()).use(numbers);
      await cache.set('k', 1);
      const sources = [new Deferred<number>(), new Deferred<number>()] as const;
      const begun = jest.fn();
      const [good, bad] = sources.map(({ promise }) =>
        cache.refresh(['k'], async () => {
          begun();
          return [await promise];
        }),
      ) as [Promise<void>, Promise<void>];
      await eventually(() => expect(begun).toHaveBeenCalledTimes(2));
      const failed = expect(bad).rejects.toThrow('source is down');
      if (first === 1) {
        sources[1].reject(new Error('source is down'));
        await failed;
      }
      sources[0].resolve(2);
      await good;
      if (first === 0) sources[1].reject(new Error('source is down'));
      await failed;
      expect(await cache.get('k')).not.toBe(1);
      expect(await cache.getOrSet('k', () => Promise.resolve(2))).toBe(2);
    },
  );

  it('serves nothing older than a refresh that a pattern fell into', async () => {
    const caches = await open();
    const cache = caches.use(numbers);
    await cache.set('k', 1);
    await cache.refresh(['k'], async () => {
      await caches.invalidatePattern('general', 'other*');
      return [2];
    });
    expect(await cache.getOrSet('k', () => Promise.resolve(2))).toBe(2);
  });

  it('does not let a load from before a refresh overwrite the nothing that it brought', async () => {
    const cache = (await open()).use(optional);
    const source = new Deferred<number>();
    const load = jest.fn(() => source.promise);
    const old = cache.getOrSetOptional('k', load);
    await eventually(() => expect(load).toHaveBeenCalled());
    await cache.refresh(['k'], () => Promise.resolve([undefined]));
    source.resolve(1);
    await old;
    expect(await cache.getOrSetOptional('k', () => Promise.resolve(undefined))).toBeUndefined();
  });

  it('does not keep a load from before the invalidation of a pattern', async () => {
    const caches = await open();
    const cache = caches.use(numbers);
    const source = new Deferred<number>();
    const load = jest.fn(() => source.promise);
    const old = cache.getOrSet('k', load);
    await eventually(() => expect(load).toHaveBeenCalled());
    await caches.invalidatePattern('general', 'k*');
    source.resolve(1);
    await old;
    expect(await cache.get('k')).toBeUndefined();
  });

  it('keeps a refreshed value whatever is read meanwhile', async () => {
    const cache = (await open()).use(numbers);
    await cache.set('k', 1);
    const refreshed = cache.refresh(['k'], () => Promise.resolve([2]));
    const reads = Array.from({ length: 20 }, () => cache.get('k'));
    await Promise.all([refreshed, ...reads]);
    expect(await cache.get('k')).toBe(2);
  });
});

describe('a redis cache whose tags are dropped', () => {
  const two = defineCache<string, number>({
    ...numbers,
    name: 'test.races.two',
    tags: (key) => ['races', `races:${key}`],
  });

  it('stores nothing that a later invalidation would not hit', async () => {
    const caches = await redis(0);
    const cache = caches.use(two);
    await cache.set('known', 1);
    // The version of the first tag goes while that of the second is looked up.
    await Promise.all([cache.set('k', 1), caches.invalidateTags(['races'])]);
    await caches.invalidateTags(['races']);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('reads a batch in two round trips at most', async () => {
    const instance = await openRedisInstance(createTestRedisPrefix());
    const caches = await startCaches(instance, { maxLocalEntries: 0 });
    const cache = caches.use(two);
    const keys = Array.from({ length: 50 }, (_, i) => `k${i}`);
    await cache.setMany(keys.map((key) => [key, 1] as const));
    await caches.invalidateTags(['races']);
    const sent = watchCommands(instance.connections.command);
    expect((await cache.getMany(keys)).every((value) => value === undefined)).toBe(true);
    expect(sent().filter((name) => name === 'mget')).toHaveLength(1);
    await instance.close();
  });

  it('reads anew, in one round trip for all, what is newer than the tags that it knows', async () => {
    const prefix = createTestRedisPrefix();
    const instances = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
    const [here, there] = await Promise.all(
      instances.map(async (instance) =>
        (await startCaches(instance, { maxLocalEntries: 0 })).use(two),
      ),
    );
    const keys = Array.from({ length: 50 }, (_, i) => `k${i}`);
    await there?.getMany(keys);
    await there?.set('known', 1);
    const [{ connections, keys: names }] = instances;
    // As Redis evicts it: nobody is told, and who writes next finds another version.
    await connections.command.del(names.key('cache', '~tag', 'races'));
    await here?.setMany(keys.map((key) => [key, 1] as const));
    const sent = watchCommands(instances[1].connections.command);
    expect(await there?.getMany(keys)).toEqual(keys.map(() => 1));
    expect(sent().filter((name) => name === 'mget')).toHaveLength(2);
  });
});

describe('a pattern that is dropped', () => {
  it('catches a load elsewhere that ends while the keys are walked through', async () => {
    const prefix = createTestRedisPrefix();
    const [instance, other] = await Promise.all([
      openRedisInstance(prefix),
      openRedisInstance(prefix),
    ]);
    const [here, there] = await Promise.all([startCaches(instance), startCaches(other)]);
    const source = new Deferred<number>();
    const load = jest.fn(() => source.promise);
    const old = there.use(numbers).getOrSet('k', load);
    await eventually(() => expect(load).toHaveBeenCalled());
    const { command } = instance.connections;
    const walked: unknown[] = [];
    const scan = jest.spyOn(command, 'scan');
    scan.mockImplementation(async (...args: unknown[]) => {
      const [, , pattern] = args;
      // Between the two walks the load ends, and what held its place is gone.
      if (walked.length > 0 && !walked.includes(pattern)) {
        source.resolve(1);
        await old;
        await eventually(async () => {
          expect(await command.keys(`${prefix}:cache:~lease:*`)).toEqual([]);
        });
      }
      walked.push(pattern);
      return Object.getPrototypeOf(command).scan.apply(command, args) as [string, string[]];
    });
    await here.invalidatePattern('general', 'k*');
    expect(new Set(walked).size).toBe(2);
    expect(await here.use(numbers).get('k')).toBeUndefined();
    await eventually(async () => expect(await there.use(numbers).get('k')).toBeUndefined());
  });
});

describe('a redis cache without room in the process', () => {
  it('serves what was set last, also if the key was read past the process meanwhile', async () => {
    const cache = (await redis(1)).use(numbers);
    await cache.set('k', 1);
    const changed = cache.set('k', 2);
    // Takes the only place, so the read has to ask Redis, which has the older value still.
    const other = cache.set('other', 7);
    const meanwhile = cache.get('k');
    await Promise.all([changed, other, meanwhile]);
    expect(await cache.get('k')).toBe(2);
  });
});
