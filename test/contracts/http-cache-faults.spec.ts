import '../support/quiet.js';
import type { Cache } from 'cache-manager';
import { parseConfig } from '../../src/config/config.js';
import { HTTP_CACHE_DEADLINE_MS } from '../../src/redis/cache/http/bounded-calls.js';
import { createHttpCache, httpCacheNamespace } from '../../src/redis/cache/http/cache-manager.js';
import { RedisHttpCacheStore } from '../../src/redis/cache/http/redis.http-cache-store.js';
import { RedisConnections } from '../../src/redis/connection/redis-connections.js';
import { eventually } from '../support/eventually.js';
import { openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix, testRedisUrl } from '../support/servers/index.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { LEISURELY_MS } from './http-cache.contract.js';

/**
 * On a machine however busy: the deadline is a sixtieth of it, and without one a call would wait for the 5 s after
 * which a silent socket is given up, as no command ends before.
 */
const LIMIT_MS = 2_500;

const cacheOf = (
  { connections, keys }: Pick<RedisInstance, 'connections' | 'keys'>,
  deadlineMs = LEISURELY_MS,
): Cache =>
  createHttpCache(
    new RedisHttpCacheStore(connections.command, `${httpCacheNamespace(keys)}:`, deadlineMs),
    keys,
  );

async function tookMs(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** All that was answered, one question after the other, from now on to some time after `isBack`. */
async function answersUntil(
  ask: () => Promise<unknown>,
  isBack: () => Promise<boolean>,
): Promise<Set<unknown>> {
  const answers = new Set<unknown>();
  const untilMs = performance.now() + 10_000;
  let left = 20;
  while (left > 0 && performance.now() < untilMs) {
    answers.add(await ask());
    if (await isBack()) left -= 1;
    await new Promise(setImmediate);
  }
  expect(left).toBe(0);
  return answers;
}

describe('the CACHE_MANAGER behind a link that breaks', () => {
  let proxy: TcpProxy;
  let direct: RedisInstance;
  let behind: RedisInstance;
  let cache: Cache;
  beforeEach(async () => {
    const prefix = createTestRedisPrefix();
    proxy = new TcpProxy(testRedisUrl());
    await proxy.up();
    direct = await openRedisInstance(prefix);
    behind = await openRedisInstance(prefix, proxy.url);
    cache = cacheOf(behind);
  });
  afterEach(() => proxy.down());

  it('waits no longer than its deadline for a Redis that is frozen, and soon not at all', async () => {
    const patient = { REDIS_URL: proxy.url, REDIS_COMMAND_TIMEOUT_MS: '20000' };
    const connections = new RedisConnections(parseConfig(patient));
    await connections.waitUntilReady(connections.command);
    cache = cacheOf({ connections, keys: behind.keys }, HTTP_CACHE_DEADLINE_MS);
    await cache.set('/x', 'cached');
    proxy.freeze();
    const calls: (() => Promise<unknown>)[] = [
      () => cache.get('/x'),
      () => cache.mget(['/x', '/y']),
      () => cache.set('/x', 1),
      () =>
        cache.mset([
          { key: '/x', value: 1 },
          { key: '/y', value: 2 },
        ]),
      () => cache.del('/x'),
      () => cache.mdel(['/x', '/y']),
      () => cache.ttl('/x'),
    ];
    for (const call of calls) expect(await tookMs(call)).toBeLessThan(LIMIT_MS);
    expect(await cache.wrap('/x', async () => 'from the source')).toBe('from the source');
    const together = await tookMs(() =>
      Promise.all(Array.from({ length: 500 }, (_, i) => cache.get(`/${i}`))),
    );
    expect(together).toBeLessThan(LIMIT_MS);
    const oneByOne = await tookMs(async () => {
      for (let i = 0; i < 500; i++) expect(await cache.get(`/${i}`)).toBeUndefined();
    });
    // Each waiting for the deadline would be 20 s.
    expect(oneByOne).toBeLessThan(LIMIT_MS);
    await connections.onApplicationShutdown();
  });

  it('serves again, by itself, once Redis does', async () => {
    cache = cacheOf(behind, HTTP_CACHE_DEADLINE_MS);
    proxy.freeze();
    for (let i = 0; i < 10; i++) await cache.get('/x');
    await proxy.down();
    await proxy.up();
    await eventually(async () => {
      await cache.set('/x', 'back');
      expect(await cache.get('/x')).toBe('back');
    });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a deletion', () => cache.del('/x')],
    ['a deletion of many', () => cache.mdel(['/y', '/x'])],
    ['a clearing', () => cache.clear()],
    ['a newer value', () => cache.set('/x', 'new')],
  ])(
    'does not serve what %s could not remove, and has it removed when Redis is back',
    async (_, change) => {
      await cache.set('/x', 'old');
      await proxy.down();
      await change();
      await proxy.up();
      const served = await answersUntil(
        () => cache.get('/x'),
        async () => {
          await cache.set('/other', 1);
          return (await cache.get('/other')) === 1;
        },
      );
      expect(served).toEqual(new Set([undefined]));
      await eventually(async () => expect(await cacheOf(direct).get('/x')).toBeUndefined());
      await cache.set('/x', 'anew');
      expect(await cache.get('/x')).toBe('anew');
    },
  );

  it('is not put off by an error that Redis answers', async () => {
    const key = `${httpCacheNamespace(direct.keys)}:/odd`;
    await direct.connections.command.hset(key, 'a', '1');
    for (let i = 0; i < 20; i++) expect(await cache.get('/odd')).toBeUndefined();
    await cache.set('/x', 1);
    expect(await cache.get('/x')).toBe(1);
  });
});
