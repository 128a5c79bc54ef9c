import type { Cache as CacheManager } from 'cache-manager';
import type { Caches } from './cache/cache.js';
import type { Counters } from './cache/counters/counters.js';
import type { RedisDiagnostics } from './diagnostics/redis-diagnostics.js';
import type { LockManager } from './lock/lock-manager.js';
import type { PubSub } from './pubsub/pub-sub.js';
import type { ConcurrencyLimiter } from '../kernel/concurrency-limiter.js';
import type { RateLimiter } from '../kernel/rate-limiter.js';
import type { SessionCache } from './session/cache/session-cache.js';

/**
 * One driver per ability, all of one kind. Queues choose for themselves: they may have a Redis of
 * their own.
 */
export interface RedisDrivers {
  readonly caches: Caches;
  readonly httpCache: CacheManager;
  readonly counters: Counters;
  readonly pubsub: PubSub;
  readonly locks: LockManager;
  /** In front of the session records, which are the database's. */
  readonly sessions: SessionCache;
  readonly limiter: RateLimiter;
  readonly inFlight: ConcurrencyLimiter;
  readonly diagnostics: RedisDiagnostics;
}
