import { Logger } from '@nestjs/common';
import type { Config } from '../config/config.js';
import type { Clock } from '../kernel/clock.js';
import type { InvalidationJournal } from '../kernel/invalidation-journal.js';
import type { RateLimiter } from '../kernel/rate-limiter.js';
import { MemoryCounters } from './cache/counters/memory.counters.js';
import { RedisCounters } from './cache/counters/redis.counters.js';
import { createHttpCache, httpCacheNamespace } from './cache/http/cache-manager.js';
import { NoHttpCacheStore } from './cache/http/no.http-cache-store.js';
import { RedisHttpCacheStore } from './cache/http/redis.http-cache-store.js';
import { cacheOptions, HybridCaches } from './cache/hybrid.caches.js';
import { UncachedCaches } from './cache/uncached.caches.js';
import { RedisConcurrencyLimiter } from './concurrency/redis.concurrency-limiter.js';
import type { RedisConnections } from './connection/redis-connections.js';
import { LiveRedisDiagnostics } from './diagnostics/live.redis-diagnostics.js';
import type { RedisDrivers } from './drivers.js';
import type { KeyBuilder } from './keys/redis-key.js';
import { RedisLockManager } from './lock/redis.lock-manager.js';
import { RedisPubSub } from './pubsub/redis.pub-sub.js';
import { RedisRateLimiter } from './rate-limit/redis.rate-limiter.js';
import { RedisSessionCache } from './session/cache/redis.session-cache.js';

/**
 * Everything on the Redis of the configuration. It may be away: the application starts, and joins
 * it later.
 * @param journal of invalidations that Redis did not take; without one they end with the process
 */
export async function createRedisDrivers(
  config: Config,
  connections: RedisConnections,
  keys: KeyBuilder,
  clock: Clock,
  journal?: InvalidationJournal,
): Promise<RedisDrivers> {
  // Before the wait, so that both connections are made at the same time.
  const pubsub = new RedisPubSub(connections, keys, clock);
  if (!(await connections.waitUntilReady(connections.command))) {
    new Logger('Redis').warn('starting without Redis; it is tried again in the background');
  }
  const shared = { connections, keys, clock, journal };
  const limiter = await startLimiter(config, shared);
  const httpKeyStem = `${httpCacheNamespace(keys)}:`;
  return {
    caches: config.cache.enabled ? await startCaches(config, shared) : new UncachedCaches(),
    httpCache: createHttpCache(
      config.cache.enabled
        ? new RedisHttpCacheStore(connections.command, httpKeyStem)
        : new NoHttpCacheStore(),
      keys,
    ),
    counters: new RedisCounters(connections, keys, new MemoryCounters(clock)),
    pubsub,
    locks: new RedisLockManager(connections, keys),
    sessions: new RedisSessionCache(connections, keys, config.session, clock),
    limiter,
    inFlight: new RedisConcurrencyLimiter(connections, keys, {
      callTimeoutMs: config.limiter.callTimeoutMs,
      instances: () => limiter.status().instances,
    }),
    diagnostics: new LiveRedisDiagnostics(connections, keys),
  };
}

interface Shared {
  readonly connections: RedisConnections;
  readonly keys: KeyBuilder;
  readonly clock: Clock;
  readonly journal: InvalidationJournal | undefined;
}

async function startCaches(
  config: Config,
  { connections, keys, clock, journal }: Shared,
): Promise<HybridCaches> {
  const caches = new HybridCaches(cacheOptions(config), { connections, keys }, clock, journal);
  await caches.start();
  return caches;
}

function startLimiter(config: Config, { connections, keys }: Shared): Promise<RateLimiter> {
  const { callTimeoutMs, instances } = config.limiter;
  const takesCalls = config.role !== 'worker';
  return new RedisRateLimiter(connections, keys, { callTimeoutMs, instances, takesCalls }).start();
}
