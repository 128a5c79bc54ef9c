import '../support/quiet.js';
import { z } from 'zod';
import { defineCache } from '../../src/redis/cache/cache-definition.js';
import type { Caches } from '../../src/redis/cache/cache.js';
import type { HybridCaches } from '../../src/redis/cache/hybrid.caches.js';
import { eventually } from '../support/eventually.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { startCaches } from './cache.setup.js';
import { describeCacheContract } from './cache.contract.js';
import { Deferred } from '../support/deferred.js';
import { ttlsByKey, watchCommands } from '../support/keyspace.js';
import { NO_REDIS_URL, openRedisInstance, type RedisInstance } from '../support/redis-instance.js';

describeCacheContract('memory', async () => ({
  caches: await startCaches(undefined),
  close: () => Promise.resolve(),
}));

describeCacheContract('redis', async () => {
  const instance = await openRedisInstance(createTestRedisPrefix());
  return { caches: await startCaches(instance), close: () => instance.close() };
});

// Nothing is kept in the process: every read shows what Redis holds.
describeCacheContract('redis without local tier', async () => {
  const instance = await openRedisInstance(createTestRedisPrefix());
  return {
    caches: await startCaches(instance, { maxLocalEntries: 0 }),
    close: () => instance.close(),
  };
});

describe('a redis cache of two instances', () => {
  const numbers = defineCache<string, number>({
    name: 'test.numbers',
    namespace: 'general',
    key: (key) => key,
    ttlMs: 60_000,
    tags: () => ['numbers'],
  });
  let prefix: string;
  let opened: RedisInstance[];
  beforeEach(() => {
    prefix = createTestRedisPrefix();
    opened = [];
  });
  afterEach(() => Promise.all(opened.map((instance) => instance.close())));

  async function open(url?: string): Promise<RedisInstance> {
    const instance = await openRedisInstance(prefix, url);
    opened.push(instance);
    return instance;
  }

  async function openCaches(options?: { maxLocalEntries: number }): Promise<HybridCaches> {
    return startCaches(await open(), options);
  }

  it('loads for both', async () => {
    const [here, there] = [await openCaches(), await openCaches()];
    expect(await here.use(numbers).getOrSet('k', async () => 1)).toBe(1);
    await eventually(async () => expect(await there.use(numbers).get('k')).toBe(1));
    expect(await there.use(numbers).getOrSet('k', async () => 2)).toBe(1);
  });

  it.each<[string, (caches: Caches) => Promise<void>, number | undefined]>([
    ['a tag', (caches) => caches.invalidateTags(['numbers']), undefined],
    ['a delete', (caches) => caches.use(numbers).delete('k'), undefined],
    ['a set', (caches) => caches.use(numbers).set('k', 2), 2],
  ])('drops the other’s local value by %s, long before its TTL', async (_, change, expected) => {
    const [here, there] = [await openCaches(), await openCaches()];
    await here.use(numbers).set('k', 1);
    await eventually(async () => expect(await there.use(numbers).get('k')).toBe(1));
    await change(here);
    const soon = { timeoutMs: 2_000, intervalMs: 1 };
    await eventually(async () => expect(await there.use(numbers).get('k')).toBe(expected), soon);
  });

  it('never stores what was loaded elsewhere before an invalidation', async () => {
    for (const change of [
      (caches: Caches) => caches.invalidateTags(['numbers']),
      (caches: Caches) => caches.use(numbers).delete('k'),
      (caches: Caches) => caches.invalidateNamespace('general'),
      (caches: Caches) => caches.invalidateAll(),
      (caches: Caches) => caches.invalidatePattern('general', 'k*'),
    ]) {
      const [here, there] = [await openCaches(), await openCaches()];
      const source = new Deferred<number>();
      const load = jest.fn(() => source.promise);
      const old = there.use(numbers).getOrSet('k', load);
      await eventually(() => expect(load).toHaveBeenCalled());
      await change(here);
      source.resolve(1);
      expect(await old).toBe(1);
      expect(await here.use(numbers).get('k')).toBeUndefined();
      await eventually(async () => expect(await there.use(numbers).get('k')).toBeUndefined());
    }
  });

  it('never stores what was refreshed elsewhere while its tag was invalidated', async () => {
    const [here, there] = [await openCaches(), await openCaches()];
    await there.use(numbers).refresh(['k'], async () => {
      await here.invalidateTags(['numbers']);
      return [1];
    });
    expect(await here.use(numbers).get('k')).toBeUndefined();
    expect(await there.use(numbers).get('k')).toBeUndefined();
  });

  it('shows what was refreshed elsewhere at once', async () => {
    const [here, there] = [await openCaches(), await openCaches()];
    await here.use(numbers).set('k', 1);
    await eventually(async () => expect(await there.use(numbers).get('k')).toBe(1));
    await here.use(numbers).refresh(['k'], () => Promise.resolve([2]));
    const soon = { timeoutMs: 2_000, intervalMs: 1 };
    await eventually(async () => expect(await there.use(numbers).get('k')).toBe(2), soon);
  });

  it('takes an entry for a miss once Redis evicted its tag, and never for a hit again', async () => {
    await (await openCaches({ maxLocalEntries: 0 })).use(numbers).set('k', 1);
    const { connections, keys } = opened[0] as RedisInstance;
    await connections.command.del(keys.key('cache', '~tag', 'numbers'));
    const caches = await openCaches({ maxLocalEntries: 0 });
    expect(await caches.use(numbers).get('k')).toBeUndefined();
    await caches.use(numbers).set('other', 2);
    expect(await caches.use(numbers).get('k')).toBeUndefined();
  });

  it('gives every key a TTL', async () => {
    const caches = await openCaches();
    await caches.use(numbers).set('k', 1);
    await caches.use(defineCache({ ...numbers, name: 'test.more', ttlMs: 3_600_000 })).set('m', 1);
    const ttls = await ttlsByKey((opened[0] as RedisInstance).connections.command, prefix);
    // Two entries, three tags, the log, and no lease.
    expect(ttls.size).toBe(6);
    expect([...ttls.values()].every((ttlMs) => ttlMs > 0 && ttlMs <= 86_400_000)).toBe(true);
    // No tag may end before an entry that needs it.
    expect(ttls.get(`${prefix}:cache:~tag:numbers`)).toBeGreaterThan(3_600_000);
  });

  it('reads a tagged entry in one round trip', async () => {
    const [here, there] = [await openCaches(), await openCaches()];
    await here.use(numbers).set('k', 1);
    const sent = watchCommands((opened[1] as RedisInstance).connections.command);
    expect(await there.use(numbers).get('k')).toBe(1);
    expect(sent()).toEqual(['mget']);
    // And then in none; the message of the set may be on its way still.
    await eventually(async () => {
      expect(await there.use(numbers).get('k')).toBe(1);
      expect(sent()).toEqual([]);
    });
  });

  it('reads a batch with its tags in one round trip', async () => {
    const [here, there] = [await openCaches(), await openCaches()];
    await Promise.all(['a', 'b', 'c'].map((key) => here.use(numbers).set(key, 1)));
    const sent = watchCommands((opened[1] as RedisInstance).connections.command);
    const load = jest.fn(() => Promise.resolve([]));
    expect(await there.use(numbers).getOrSetMany(['a', 'b', 'c'], load)).toEqual([1, 1, 1]);
    expect(sent()).toEqual(['mget']);
    expect(load).not.toHaveBeenCalled();
  });

  it('shows nobody who reads Redis the value of an encrypted cache, nor takes it at another key', async () => {
    const secrets = defineCache<string, { word: string }>({
      name: 'test.secrets',
      namespace: 'ai',
      key: (key) => key,
      ttlMs: 60_000,
      encrypt: true,
    });
    const caches = await openCaches({ maxLocalEntries: 0 });
    await caches.use(secrets).set('mine', { word: 'sesame' });
    expect(await caches.use(secrets).get('mine')).toEqual({ word: 'sesame' });
    const { connections, keys } = opened[0] as RedisInstance;
    const [mine, other] = [keys.key('cache', 'ai', 'mine'), keys.key('cache', 'ai', 'other')];
    const text = await connections.command.get(mine);
    expect(text).not.toContain('sesame');
    expect(text).not.toContain('word');
    await connections.command.set(other, text ?? '', 'PX', 10_000);
    expect(await caches.use(secrets).get('other')).toBeUndefined();
    await connections.command.set(mine, text?.replace('test.', 'gone.') ?? '', 'PX', 10_000);
    expect(await caches.use(secrets).get('mine')).toBeUndefined();
  });

  it('takes a value of an older shape, or none of ours, for a miss', async () => {
    const caches = await openCaches({ maxLocalEntries: 0 });
    const { namespace, key, ttlMs } = numbers;
    const old = defineCache<string, unknown>({ namespace, key, ttlMs, name: 'test.old' });
    const now = defineCache<string, { n: number }>({
      namespace,
      key,
      ttlMs,
      name: 'test.now',
      schema: z.object({ n: z.number() }),
    });
    await caches.use(old).set('k', { n: '1' });
    expect(await caches.use(now).get('k')).toBeUndefined();
    const { connections, keys } = opened[0] as RedisInstance;
    for (const text of ['', 'no JSON', '7', '{}', '[1]', '["x",[]]']) {
      await connections.command.set(keys.key('cache', 'general', 'k'), text, 'PX', 10_000);
      expect(await caches.use(now).get('k')).toBeUndefined();
      expect(await caches.use(now).getOrSet('other', async () => ({ n: 1 }))).toEqual({ n: 1 });
    }
  });

  it('goes on alone while Redis is away', async () => {
    const caches = await startCaches(await open(NO_REDIS_URL));
    const cache = caches.use(numbers);
    const load = jest.fn(async () => 1);
    expect(await cache.getOrSet('k', load)).toBe(1);
    expect(await cache.getOrSet('k', load)).toBe(1);
    expect(load).toHaveBeenCalledTimes(1);
    await cache.set('k', 2);
    expect(await cache.get('k')).toBe(2);
    await caches.invalidateTags(['numbers']);
    expect(await cache.get('k')).toBeUndefined();
    await cache.delete('k');
  });

  it('starts within its bounds while Redis is away', async () => {
    const instance = await open(NO_REDIS_URL);
    const startedAtMs = performance.now();
    await startCaches(instance);
    expect(performance.now() - startedAtMs).toBeLessThan(4_000);
  });
});
