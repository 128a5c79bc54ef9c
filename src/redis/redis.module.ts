import { CACHE_MANAGER, Cache as CacheManager } from '@nestjs/cache-manager';
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { Config } from '../config/config.js';
import { DiscoveryModule } from '@nestjs/core';
import { Clock } from '../kernel/clock.js';
import { InvalidationJournal } from '../kernel/invalidation-journal.js';
import { PendingWrites } from '../kernel/pending-writes.js';
import { SessionRecords } from '../kernel/session-records.js';
import { Caches } from './cache/cache.js';
import { Counters } from './cache/counters/counters.js';
import { Prefetches } from './cache/prefetch/prefetches.js';
import { WarmUps } from './cache/warming/warm-ups.js';
import { WriteBehinds } from './cache/writing/write-behinds.js';
import { CachedMethods } from './cache/decorators/cached-methods.js';
import { CachedQueries } from './cache/decorators/cached-queries.js';
import { CachedRoutes } from './cache/http/cached-routes.js';
import { RedisConnections } from './connection/redis-connections.js';
import { RedisDiagnostics } from './diagnostics/redis-diagnostics.js';
import type { RedisDrivers } from './drivers.js';
import { createKeyBuilder, KeyBuilder } from './keys/redis-key.js';
import { LockManager } from './lock/lock-manager.js';
import { createMemoryDrivers } from './memory.drivers.js';
import { Bus } from './pubsub/bus.js';
import { PubSub } from './pubsub/pub-sub.js';
import { ConcurrencyLimiter } from '../kernel/concurrency-limiter.js';
import { RateLimiter } from '../kernel/rate-limiter.js';
import { createRedisDrivers } from './redis.drivers.js';
import { DurableSessionStore } from './session/durable.session-store.js';
import { SessionFeed } from './session/session-feed.js';
import { SessionStore } from './session/session-store.js';

const DRIVERS = Symbol('RedisDrivers');

/** The abilities as others inject them. */
const abilities: readonly FactoryProvider[] = [
  ability(Caches, (drivers) => drivers.caches),
  ability(CACHE_MANAGER, (drivers) => drivers.httpCache),
  ability(Counters, (drivers) => drivers.counters),
  ability(PubSub, (drivers) => drivers.pubsub),
  ability(LockManager, (drivers) => drivers.locks),
  ability(RateLimiter, (drivers) => drivers.limiter),
  ability(ConcurrencyLimiter, (drivers) => drivers.inFlight),
  ability(RedisDiagnostics, (drivers) => drivers.diagnostics),
  {
    provide: Prefetches,
    inject: [Caches, Config],
    useFactory: (caches: Caches, { cache }: Config) => new Prefetches(caches, cache.enabled),
  },
  {
    provide: WriteBehinds,
    inject: [Caches, PendingWrites, Config],
    useFactory: (caches: Caches, journal: PendingWrites, config: Config) =>
      new WriteBehinds(caches, journal, config.encryptionKeys),
  },
  {
    provide: SessionStore,
    inject: [DRIVERS, SessionRecords, Config, Clock],
    useFactory: (drivers: RedisDrivers, records: SessionRecords, config: Config, clock: Clock) =>
      new DurableSessionStore(
        records,
        drivers.sessions,
        new SessionFeed(records, drivers.pubsub, {
          isShared: config.database.url !== undefined,
          statementTimeoutMs: config.database.statementTimeoutMs,
        }),
        config.session,
        clock,
      ).start(),
  },
];

/** The Redis layer without its queues, which are a module of their own (`QueuesModule`). */
@Module({})
export class RedisModule {
  /** Once and globally. Needs `Config`, `Clock` and the ports that `database/` implements from global modules. */
  static forRoot(): DynamicModule {
    return {
      module: RedisModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        RedisConnections,
        {
          provide: KeyBuilder,
          inject: [Config],
          useFactory: (config: Config) => createKeyBuilder(config.redis.keyPrefix),
        },
        {
          provide: DRIVERS,
          inject: [Config, RedisConnections, KeyBuilder, Clock, InvalidationJournal],
          useFactory: chooseDrivers,
        },
        ...abilities,
        Bus,
        WarmUps,
        { provide: CacheManager, useExisting: CACHE_MANAGER },
        CachedRoutes,
        CachedMethods,
        CachedQueries,
      ],
      exports: [
        RedisConnections,
        KeyBuilder,
        ...abilities.map(({ provide }) => provide),
        Bus,
        WarmUps,
        CacheManager,
        CachedRoutes,
        CachedQueries,
      ],
    };
  }
}

/** The one place where it is decided which drivers serve. */
function chooseDrivers(
  config: Config,
  connections: RedisConnections,
  keys: KeyBuilder,
  clock: Clock,
  journal: InvalidationJournal,
): RedisDrivers | Promise<RedisDrivers> {
  if (config.redis.target === undefined) return createMemoryDrivers(config, keys, clock);
  return createRedisDrivers(config, connections, keys, clock, journal);
}

function ability(
  token: FactoryProvider['provide'],
  choose: (drivers: RedisDrivers) => unknown,
): FactoryProvider {
  return { provide: token, inject: [DRIVERS], useFactory: choose };
}
