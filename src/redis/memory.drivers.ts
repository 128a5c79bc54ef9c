import type { Config } from '../config/config.js';
import type { Clock } from '../kernel/clock.js';
import { MemoryCounters } from './cache/counters/memory.counters.js';
import { cacheOptions, HybridCaches } from './cache/hybrid.caches.js';
import { createHttpCache } from './cache/http/cache-manager.js';
import { MemoryHttpCacheStore } from './cache/http/memory.http-cache-store.js';
import { NoHttpCacheStore } from './cache/http/no.http-cache-store.js';
import { UncachedCaches } from './cache/uncached.caches.js';
import { MemoryConcurrencyLimiter } from './concurrency/memory.concurrency-limiter.js';
import { MemoryRedisDiagnostics } from './diagnostics/memory.redis-diagnostics.js';
import type { RedisDrivers } from './drivers.js';
import type { KeyBuilder } from './keys/redis-key.js';
import { MemoryLockManager } from './lock/memory.lock-manager.js';
import { MemoryPubSub } from './pubsub/memory.pub-sub.js';
import { MemoryRateLimiter } from './rate-limit/memory.rate-limiter.js';
import { MemorySessionCache } from './session/cache/memory.session-cache.js';

/** Everything within this process. */
export function createMemoryDrivers(config: Config, keys: KeyBuilder, clock: Clock): RedisDrivers {
  const { enabled, l1MaxEntries } = config.cache;
  const pubsub = new MemoryPubSub(clock);
  return {
    caches: enabled
      ? new HybridCaches(cacheOptions(config), undefined, clock)
      : new UncachedCaches(),
    httpCache: createHttpCache(
      enabled ? new MemoryHttpCacheStore(l1MaxEntries) : new NoHttpCacheStore(),
      keys,
    ),
    counters: new MemoryCounters(clock),
    pubsub,
    locks: new MemoryLockManager(),
    sessions: new MemorySessionCache(config.session, clock),
    limiter: new MemoryRateLimiter(clock),
    inFlight: new MemoryConcurrencyLimiter(),
    diagnostics: new MemoryRedisDiagnostics(),
  };
}
