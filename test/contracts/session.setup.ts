import type { Clock } from '../../src/kernel/clock.js';
import type { SessionRecords } from '../../src/kernel/session-records.js';
import type { Database } from '../../src/database/index.js';
import { DatabaseSessionRecords } from '../../src/database/sessions/sessions.repository.js';
import { sessionsTable } from '../../src/database/sessions/sessions.table.js';
import { DurableSessionStore } from '../../src/redis/session/durable.session-store.js';
import { RedisSessionCache } from '../../src/redis/session/redis.session-cache.js';
import type { SessionLifetimes } from '../../src/redis/session/session-lifetimes.js';
import { openTestDatabase, type DatabaseKind } from '../support/databases.js';
import type { RedisInstance } from '../support/redis-instance.js';

/** As configured by default. */
export const DAY: SessionLifetimes = { idleMs: 1_800_000, absoluteMs: 86_400_000 };

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
  const store = await new DurableSessionStore(records, cache, lifetimes, clock).start();
  started.add(store);
  return store;
}

const started = new Set<DurableSessionStore>();

afterEach(async () => {
  await Promise.all([...started].map((store) => store.beforeApplicationShutdown()));
  started.clear();
});
