import '../support/quiet.js';
import { z } from 'zod';
import { systemClock } from '../../src/kernel/clock.js';
import { createKeyBuilder } from '../../src/redis/keys/redis-key.js';
import { defineCache } from '../../src/redis/cache/cache-definition.js';
import type { Caches } from '../../src/redis/cache/cache.js';
import { HybridCaches, LOCAL_TTL_CAP_MS } from '../../src/redis/cache/hybrid.caches.js';
import { MemoryCacheStore } from '../../src/redis/cache/memory.cache-store.js';
import { RedisCacheStore } from '../../src/redis/cache/redis.cache-store.js';
import { MemoryPubSub } from '../../src/redis/pubsub/memory.pub-sub.js';
import type { PubSub } from '../../src/redis/pubsub/pub-sub.js';
import { RedisPubSub } from '../../src/redis/pubsub/redis.pub-sub.js';
import { TEST_KEYS } from '../support/encryption-keys.js';
import { eventually } from '../support/eventually.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { describeCacheContract } from './cache.contract.js';
import { Deferred } from '../support/deferred.js';
import { ttlsByKey, watchCommands } from '../support/keyspace.js';
import { NO_REDIS_URL, openRedisInstance, type RedisInstance } from '../support/redis-instance.js';

interface Options {
  readonly localTtlCapMs?: number;
  readonly pubsub?: PubSub;
}

async function startCaches(instance: RedisInstance, options: Options = {}): Promise<Caches> {
  const { connections, keys } = instance;
  const caches = new HybridCaches(
    {
      maxLocalEntries: 100,
      localTtlCapMs: options.localTtlCapMs ?? LOCAL_TTL_CAP_MS,
      encryptionKeys: TEST_KEYS,
    },
    new RedisCacheStore(connections),
    options.pubsub ?? new RedisPubSub(connections, keys, systemClock),
    keys,
    systemClock,
  );
  await caches.start();
  return caches;
}

describeCacheContract('memory', async () => {
  const caches = new HybridCaches(
    { maxLocalEntries: 100, localTtlCapMs: Infinity, encryptionKeys: TEST_KEYS },
    new MemoryCacheStore(),
    new MemoryPubSub(systemClock),
    createKeyBuilder('test'),
    systemClock,
  );
  await caches.start();
  return { caches, close: () => Promise.resolve() };
});

describeCacheContract('redis', async () => {
  const instance = await openRedisInstance(createTestRedisPrefix());
  return { caches: await startCaches(instance), close: () => instance.close() };
});

// Nothing is kept in the process: every read shows what Redis holds.
describeCacheContract('redis without local tier', async () => {
  const instance = await openRedisInstance(createTestRedisPrefix());
  return {
    caches: await startCaches(instance, { localTtlCapMs: 0 }),
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

  async function openCaches(options?: Options): Promise<Caches> {
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
    const half = { timeoutMs: LOCAL_TTL_CAP_MS / 2, intervalMs: 1 };
    await eventually(async () => expect(await there.use(numbers).get('k')).toBe(expected), half);
  });

  it('heals within the local cap when the message is lost', async () => {
    // Each hears only itself.
    const deaf = () => ({ localTtlCapMs: 300, pubsub: new MemoryPubSub(systemClock) });
    const [here, there] = [await openCaches(deaf()), await openCaches(deaf())];
    await here.use(numbers).set('k', 1);
    expect(await there.use(numbers).get('k')).toBe(1);
    await here.invalidateTags(['numbers']);
    expect(await there.use(numbers).get('k')).toBe(1);
    await eventually(async () => expect(await there.use(numbers).get('k')).toBeUndefined());
  });

  it('never serves what was loaded elsewhere before its tag was invalidated, even if the message is lost', async () => {
    const deaf = () => ({ localTtlCapMs: 0, pubsub: new MemoryPubSub(systemClock) });
    const [here, there] = [await openCaches(deaf()), await openCaches(deaf())];
    const source = new Deferred<number>();
    const load = jest.fn(() => source.promise);
    const old = there.use(numbers).getOrSet('k', load);
    await eventually(() => expect(load).toHaveBeenCalled());
    await here.invalidateTags(['numbers']);
    source.resolve(1);
    await old;
    const { connections, keys } = opened[0] as RedisInstance;
    await eventually(async () =>
      expect(await connections.command.exists(keys.key('cache', 'general', 'k'))).toBe(1),
    );
    expect(await here.use(numbers).get('k')).toBeUndefined();
    expect(await there.use(numbers).get('k')).toBeUndefined();
  });

  it('never serves what was refreshed elsewhere while its tag was invalidated, even if the message is lost', async () => {
    const deaf = () => ({ localTtlCapMs: 0, pubsub: new MemoryPubSub(systemClock) });
    const [here, there] = [await openCaches(deaf()), await openCaches(deaf())];
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
    const half = { timeoutMs: LOCAL_TTL_CAP_MS / 2, intervalMs: 1 };
    await eventually(async () => expect(await there.use(numbers).get('k')).toBe(2), half);
  });

  it('takes an entry for a miss once Redis evicted its tag, and never for a hit again', async () => {
    const caches = await openCaches({ localTtlCapMs: 0 });
    await caches.use(numbers).set('k', 1);
    const { connections, keys } = opened[0] as RedisInstance;
    await connections.command.del(keys.key('cache', '~tag', 'numbers'));
    expect(await caches.use(numbers).get('k')).toBeUndefined();
    await caches.use(numbers).set('other', 2);
    expect(await caches.use(numbers).get('k')).toBeUndefined();
  });

  it('gives every key a TTL', async () => {
    const caches = await openCaches();
    await caches.use(numbers).set('k', 1);
    await caches.use(defineCache({ ...numbers, name: 'test.more', ttlMs: 3_600_000 })).set('m', 1);
    const ttls = await ttlsByKey((opened[0] as RedisInstance).connections.command, prefix);
    expect(ttls.size).toBe(3);
    expect([...ttls.values()].every((ttlMs) => ttlMs > 0 && ttlMs <= 3_660_000)).toBe(true);
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
    const caches = await openCaches({ localTtlCapMs: 0 });
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
    const caches = await openCaches({ localTtlCapMs: 0 });
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
    const caches = await startCaches(await open(NO_REDIS_URL), {
      pubsub: new MemoryPubSub(systemClock),
    });
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
