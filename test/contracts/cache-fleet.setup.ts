import { defineCache } from '../../src/redis/cache/cache-definition.js';
import type { CacheEvent, CacheLink } from '../../src/redis/cache/cache.js';
import type { HybridCaches } from '../../src/redis/cache/hybrid.caches.js';
import type { RedisClient } from '../../src/redis/connection/create-client.js';
import { eventually } from '../support/eventually.js';
import { openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { PrivateRedis } from '../support/redis-server.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startCaches, type SetupOptions } from './cache.setup.js';

export const numbers = defineCache<string, number>({
  name: 'test.fleet',
  namespace: 'general',
  key: (key) => key,
  ttlMs: 60_000,
  tags: (key) => ['fleet', `fleet:${key}`],
});
export const failing = (): Promise<never> => Promise.reject(new Error('source is down'));
export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** A process of the fleet, and what stands between it and Redis. */
export interface Member {
  readonly instance: RedisInstance;
  readonly caches: HybridCaches;
  readonly proxy: TcpProxy;
}

export function commandOf({ instance }: Member): RedisClient {
  return instance.connections.command;
}

export function reaches(caches: HybridCaches, state: CacheLink['state']): Promise<void> {
  return eventually(() => expect(caches.link().state).toBe(state), { timeoutMs: 10_000 });
}

/** The key in the process of each, and known to be good. */
export async function warm(members: readonly Member[], key: string, value: number): Promise<void> {
  for (const { caches } of members) {
    await caches.use(numbers).getOrSet(key, () => Promise.resolve(value));
    await reaches(caches, 'coherent');
  }
}

/** Resolves when `caches` is told of an invalidation of so many names at once. */
export function hasHeardOf(caches: HybridCaches, keys: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      stop();
      reject(new Error(`an invalidation was not heard of: ${JSON.stringify(caches.link())}`));
    }, timeoutMs);
    const stop = caches.onEvent((event: CacheEvent) => {
      if (event.type !== 'invalidated' || event.origin !== 'elsewhere') return;
      if (event.keys !== keys) return;
      stop();
      clearTimeout(late);
      resolve();
    });
  });
}

/** Instances on a Redis of their own, each by a way of its own; a prefix per test. Call it in a `describe`. */
export class Fleet {
  prefix = '';
  #redis: PrivateRedis | undefined;
  #proxies: TcpProxy[] = [];

  constructor() {
    beforeAll(async () => {
      this.#redis = await PrivateRedis.start();
    });
    afterAll(() => this.redis.remove());
    beforeEach(() => {
      this.prefix = createTestRedisPrefix();
    });
    afterEach(async () => {
      await Promise.all(this.#proxies.splice(0).map((proxy) => proxy.down()));
    });
  }

  get redis(): PrivateRedis {
    if (this.#redis === undefined) throw new Error('there is no Redis yet');
    return this.#redis;
  }

  async join(options: SetupOptions = {}): Promise<Member> {
    const proxy = new TcpProxy(this.redis.url);
    this.#proxies.push(proxy);
    await proxy.up();
    const instance = await openRedisInstance(this.prefix, proxy.url);
    return { instance, caches: await startCaches(instance, options), proxy };
  }

  of(count: number): Promise<Member[]> {
    return Promise.all(Array.from({ length: count }, () => this.join()));
  }
}
