/**
 * The face of the Redis layer: ports and declarations. Which driver stands behind them is nobody's
 * business.
 */
export { Caches, type Cache, type CacheStatistics } from './cache/cache.js';
export {
  defineCache,
  type CacheDefinition,
  type CacheNamespace,
} from './cache/cache-definition.js';
export { RedisDiagnostics, type RedisPing } from './diagnostics/redis-diagnostics.js';
export { LockManager, type Lease, type LockOptions } from './lock/lock-manager.js';
export {
  PubSub,
  type MessageHandler,
  type SequencedMessage,
  type Subscription,
} from './pubsub/pub-sub.js';
export {
  RateLimiter,
  type RateLimitDecision,
  type RateLimitPolicy,
} from '../kernel/rate-limiter.js';
export { SessionStore, type NewSession, type Session } from './session/session-store.js';
export { RedisModule } from './redis.module.js';
export * from './queues/index.js';
