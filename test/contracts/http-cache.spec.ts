import '../support/quiet.js';
import { createHttpCache, httpCacheNamespace } from '../../src/redis/cache/http/cache-manager.js';
import { MemoryHttpCacheStore } from '../../src/redis/cache/http/memory.http-cache-store.js';
import { NoHttpCacheStore } from '../../src/redis/cache/http/no.http-cache-store.js';
import { RedisHttpCacheStore } from '../../src/redis/cache/http/redis.http-cache-store.js';
import { createKeyBuilder } from '../../src/redis/keys/redis-key.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { ttlsByKey } from '../support/keyspace.js';
import { NO_REDIS_URL, openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { describeHttpCacheContract, LEISURELY_MS } from './http-cache.contract.js';

const cacheOf = ({ connections, keys }: RedisInstance) =>
  createHttpCache(
    new RedisHttpCacheStore(connections.command, `${httpCacheNamespace(keys)}:`, LEISURELY_MS),
    keys,
  );

describeHttpCacheContract('memory', async () => ({
  cache: createHttpCache(new MemoryHttpCacheStore(100), createKeyBuilder('test')),
  close: () => Promise.resolve(),
}));

describeHttpCacheContract('redis', async () => {
  const instance = await openRedisInstance(createTestRedisPrefix());
  return { cache: cacheOf(instance), close: () => instance.close() };
});

describe('a redis HTTP cache', () => {
  it('clears its own keys and nothing else', async () => {
    const instance = await openRedisInstance(createTestRedisPrefix());
    const { command } = instance.connections;
    const others = [
      instance.keys.key('sess', 'x'),
      instance.keys.key('cache', 'general', 'httpx'),
      `${instance.keys.prefix}-foreign`,
    ];
    for (const key of others) await command.set(key, 'mine', 'PX', 60_000);
    const cache = cacheOf(instance);
    await cache.set('/api/x', 1);
    await cache.clear();
    expect(await cache.get('/api/x')).toBeUndefined();
    expect(await Promise.all(others.map((key) => command.get(key)))).toEqual([
      'mine',
      'mine',
      'mine',
    ]);
    await instance.close();
  });

  it('keeps under its own keys, each with a TTL, whatever TTL was asked for', async () => {
    const instance = await openRedisInstance(createTestRedisPrefix());
    const cache = cacheOf(instance);
    await cache.set('/plain', 1);
    await cache.set('/zero', 1, 0);
    await cache.set('/fraction', 1, 1_500.5);
    await cache.mset([{ key: '/many', value: 1 }]);
    const ttls = await ttlsByKey(instance.connections.command, instance.keys.prefix);
    const stem = `${instance.keys.prefix}:cache:general:http:`;
    expect([...ttls.keys()].sort()).toEqual(
      ['/fraction', '/many', '/plain', '/zero'].map((path) => stem + path),
    );
    expect([...ttls.values()].every((ttlMs) => ttlMs > 0 && ttlMs <= 60_000)).toBe(true);
    await instance.close();
  });

  it('is a miss while Redis is away, and throws nothing', async () => {
    const instance = await openRedisInstance(createTestRedisPrefix(), NO_REDIS_URL);
    const cache = cacheOf(instance);
    await cache.set('/api/x', 1);
    await cache.mset([{ key: '/api/y', value: 1 }]);
    expect(await cache.get('/api/x')).toBeUndefined();
    expect(await cache.mget(['/api/x', '/api/y'])).toEqual([undefined, undefined]);
    expect(await cache.wrap('/api/x', async () => 7)).toBe(7);
    await cache.del('/api/x');
    await cache.mdel(['/api/x']);
    await cache.clear();
    await instance.close();
  });
});

describe('an HTTP cache that is switched off', () => {
  it('keeps nothing', async () => {
    const cache = createHttpCache(new NoHttpCacheStore(), createKeyBuilder('test'));
    await cache.set('/api/x', 1);
    expect(await cache.get('/api/x')).toBeUndefined();
    expect(await cache.mget(['/api/x'])).toEqual([undefined]);
    await cache.clear();
  });
});
