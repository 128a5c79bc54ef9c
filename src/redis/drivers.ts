import type { Cache as CacheManager } from 'cache-manager';
import type { Caches } from './cache/cache.js';
import type { RedisDiagnostics } from './diagnostics/redis-diagnostics.js';
import type { LockManager } from './lock/lock-manager.js';
import type { PubSub } from './pubsub/pub-sub.js';
import type { RateLimiter } from './rate-limit/rate-limiter.js';
import type { SessionStore } from './session/session-store.js';

/**
 * One driver per ability, all of one kind. Queues choose for themselves: they may have a Redis of
 * their own.
 */
export interface RedisDrivers {
  readonly caches: Caches;
  readonly httpCache: CacheManager;
  readonly pubsub: PubSub;
  readonly locks: LockManager;
  readonly sessions: SessionStore;
  readonly limiter: RateLimiter;
  readonly diagnostics: RedisDiagnostics;
}
