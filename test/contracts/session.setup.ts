import type { Clock } from '../../src/kernel/clock.js';
import type { SessionRecords } from '../../src/kernel/session-records.js';
import type { Database } from '../../src/database/index.js';
import { DatabaseSessionRecords } from '../../src/database/sessions/sessions.repository.js';
import {
  sessionChangesTable,
  sessionGenerationsTable,
  sessionsTable,
} from '../../src/database/sessions/sessions.table.js';
import { DurableSessionStore } from '../../src/redis/session/durable.session-store.js';
import { MemoryPubSub } from '../../src/redis/pubsub/memory.pub-sub.js';
import { RedisPubSub } from '../../src/redis/pubsub/redis.pub-sub.js';
import { RedisSessionCache } from '../../src/redis/session/cache/redis.session-cache.js';
import type { SessionCache } from '../../src/redis/session/cache/session-cache.js';
import { SessionFeed, type FeedOptions } from '../../src/redis/session/session-feed.js';
import type { SessionLifetimes } from '../../src/redis/session/session-lifetimes.js';
import { openTestDatabase, type DatabaseKind } from '../support/databases.js';
import type { RedisInstance } from '../support/redis-instance.js';

/** As configured by default, where several processes run. */
export const SHARED: FeedOptions = { isShared: true, statementTimeoutMs: 10_000 };

/** As configured by default. */
export const DAY: SessionLifetimes = {
  idleMs: 1_800_000,
  absoluteMs: 86_400_000,
  graceMs: 10_000,
};

export interface RecordsHandle {
  readonly database: Database;
  readonly records: SessionRecords;
  /** Leaves no session. */
  empty(): Promise<void>;
}

/** Session records for the suite that calls this, opened before and closed after it. */
export function useSessionRecords(kind: DatabaseKind): () => RecordsHandle {
  let handle: RecordsHandle & { close(): Promise<void> };
  beforeAll(async () => {
    const { database, close } = await openTestDatabase(kind);
    handle = {
      database,
      records: new DatabaseSessionRecords(database),
      empty: async () => {
        await database.sql.delete(sessionsTable);
        await database.sql.delete(sessionGenerationsTable);
        await database.sql.delete(sessionChangesTable);
      },
      close,
    };
  });
  afterAll(() => handle.close());
  return () => handle;
}

/** The session store of one process on that Redis. */
export async function startStore(
  { connections, keys }: RedisInstance,
  records: SessionRecords,
  lifetimes: SessionLifetimes,
  clock: Clock,
): Promise<DurableSessionStore> {
  const cache = new RedisSessionCache(connections, keys, lifetimes, clock);
  const bus = new RedisPubSub(connections, keys, clock);
  const feed = new SessionFeed(records, bus, SHARED);
  return started(new DurableSessionStore(records, cache, feed, lifetimes, clock));
}

/** The session store of the only process there is. */
export function startAlone(
  records: SessionRecords,
  cache: SessionCache,
  lifetimes: SessionLifetimes,
  clock: Clock,
): Promise<DurableSessionStore> {
  const feed = new SessionFeed(records, new MemoryPubSub(clock), { ...SHARED, isShared: false });
  return started(new DurableSessionStore(records, cache, feed, lifetimes, clock));
}

async function started(store: DurableSessionStore): Promise<DurableSessionStore> {
  running.add(store);
  return store.start();
}

const running = new Set<DurableSessionStore>();

afterEach(async () => {
  await Promise.all([...running].map((store) => store.beforeApplicationShutdown()));
  running.clear();
});
