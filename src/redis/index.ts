/**
 * The face of the Redis layer: ports and declarations. Which driver stands behind them is nobody's
 * business.
 */
export {
  Caches,
  type Cache,
  type CacheLink,
  type CacheStatistics,
  type HotKey,
} from './cache/cache.js';
export {
  CACHE_NAMESPACES,
  defineCache,
  type CacheDefinition,
  type CacheNamespace,
} from './cache/cache-definition.js';
export { lookupsOf, type CacheLookups } from './cache/cache-lookups.js';
export { byModel, bySymbol, byUser } from './cache/tagging/standard-tags.js';
export { type ClientList, type ConnectedClient } from './diagnostics/client-list.js';
export { type KeyspaceReport, type NamespaceUsage } from './diagnostics/keyspace.js';
export { type LatencySummary, type PerformanceReport } from './diagnostics/performance-test.js';
export {
  RedisDiagnostics,
  type ConnectionCounts,
  type RedisPing,
  type StaleKeyReport,
} from './diagnostics/redis-diagnostics.js';
export { type RedisServerInfo } from './diagnostics/server-info.js';
export { type SlowQuery } from './diagnostics/slow-log.js';
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
