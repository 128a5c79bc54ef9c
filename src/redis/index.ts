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
export { defineCounter, type CounterDefinition } from './cache/counters/counter-definition.js';
export { Counters, type Counter } from './cache/counters/counters.js';
export {
  type Prefetch,
  type PrefetchSource,
  type PrefetchStatistics,
} from './cache/prefetch/prefetch.js';
export { definePrefetch, type PrefetchDefinition } from './cache/prefetch/prefetch-definition.js';
export { Prefetches } from './cache/prefetch/prefetches.js';
export {
  defineWarmUp,
  type WarmUp,
  type WarmUpDefinition,
  type WarmUpResult,
  type WarmUpRun,
  type WarmUpSource,
} from './cache/warming/warm-up.js';
export { WarmUps } from './cache/warming/warm-ups.js';
export {
  type BehindWrite,
  type FlushResult,
  type WriteBehind,
  type WriteBehindStatistics,
  type WriteSource,
} from './cache/writing/write-behind.js';
export {
  defineWriteBehind,
  type Durability,
  type WriteBehindDefinition,
} from './cache/writing/write-behind-definition.js';
export { WriteBehinds } from './cache/writing/write-behinds.js';
export { WriteThrough, type WriteOne } from './cache/writing/write-through.js';
export { byModel, bySymbol, byUser } from './cache/tagging/standard-tags.js';
export { Cached, CachedOptional, type UsesCaches } from './cache/decorators/cached.decorator.js';
export {
  CachedQueries,
  defineCachedQuery,
  type CachedQuery,
  type TableRows,
} from './cache/decorators/cached-queries.js';
export {
  CachedResponse,
  type CachedResponseOptions,
} from './cache/http/cached-response.decorator.js';
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
export { LockManager, type TryLockOptions, type TryOutcome } from './lock/lock-manager.js';
export { type LockOptions } from './lock/lock-options.js';
export { Bus } from './pubsub/bus.js';
export { ChangeFollower } from './pubsub/change-follower.js';
export {
  PubSub,
  type ChannelHistory,
  type ChannelPosition,
  type HistoryBounds,
  type MessageHandler,
  type SequencedMessage,
  type Subscription,
} from './pubsub/pub-sub.js';
export { defineTopic } from './pubsub/topic.js';
export { type Lease } from '../kernel/lease.js';
export {
  RateLimiter,
  type RateLimitDecision,
  type RateLimitPolicy,
} from '../kernel/rate-limiter.js';
export {
  SessionStore,
  type EndedSessions,
  type NewSession,
  type OpenedSession,
  type Session,
  type TokenReuse,
} from './session/session-store.js';
export { RedisModule } from './redis.module.js';
export * from './queues/index.js';
