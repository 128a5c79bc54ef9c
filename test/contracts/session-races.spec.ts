import '../support/quiet.js';
import { eq, sql } from 'drizzle-orm';
import { sessionsTable } from '../../src/database/sessions/sessions.table.js';
import { systemClock } from '../../src/kernel/clock.js';
import { MemoryPubSub } from '../../src/redis/pubsub/memory.pub-sub.js';
import { SessionFeed, type ChangeSource } from '../../src/redis/session/session-feed.js';
import { MAX_SESSIONS_PER_USER } from '../../src/redis/session/session-store.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { openRedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { DAY, SHARED, startStore, useSessionRecords } from './session.setup.js';

const login = { userId: 'ada', ip: '192.0.2.7', userAgent: 'Firefox/130' };

const open = useSessionRecords('postgres');
beforeEach(() => open().empty());

/** A process of its own. */
const start = async (prefix: string) =>
  startStore(await openRedisInstance(prefix), open().records, DAY, systemClock);

async function startTwo() {
  const prefix = createTestRedisPrefix();
  return [await start(prefix), await start(prefix)] as const;
}

/** Holds the row of a session back from whoever comes: they go on in the order in which they came. */
async function hold(sessionId: string): Promise<{ release(): Promise<void> }> {
  const held = new Deferred<void>();
  const released = new Deferred<void>();
  const done = open().database.transaction(async ({ sql: connection }) => {
    await connection
      .select()
      .from(sessionsTable)
      .where(eq(sessionsTable.id, sessionId))
      .for('update');
    held.resolve();
    await released.promise;
  });
  await held.promise;
  return {
    release: () => {
      released.resolve();
      return done;
    },
  };
}

const untilWaiting = (count: number) =>
  eventually(async () => {
    const [row] = await open()
      .database.sql.select({ waiting: sql<number>`count(*)::int` })
      .from(sql`pg_stat_activity`)
      .where(sql`datname = current_database() and wait_event_type = 'Lock'`);
    expect(row?.waiting).toBe(count);
  });

describe('a session that gets a new token at this very moment', () => {
  it('ends when it is ended', async () => {
    const [here, there] = await startTwo();
    const { session, token } = await here.create(login);
    const row = await hold(session.id);
    const rotating = here.rotate('ada', session.id, { endsOthers: false });
    await untilWaiting(1);
    const ending = there.revoke('ada', session.id);
    await untilWaiting(2);
    await row.release();
    const rotated = await rotating;
    expect(await ending).toBe(true);
    for (const store of [here, there]) {
      expect(await store.validate(rotated?.token ?? '')).toBeUndefined();
      expect(await store.validate(token)).toBeUndefined();
    }
  });

  it('is still there for its open sockets', async () => {
    const [here, there] = await startTwo();
    const { session } = await here.create(login);
    const row = await hold(session.id);
    const rotating = here.rotate('ada', session.id, { endsOthers: true });
    await untilWaiting(1);
    const kept = there.keepAlive(session.id);
    await untilWaiting(2);
    await row.release();
    expect(await rotating).toBeDefined();
    expect(await kept).toMatchObject({ id: session.id });
  });

  it('makes room as the oldest login when there is one too many', async () => {
    const [here, there] = await startTwo();
    const { session } = await here.create(login);
    for (let i = 1; i < MAX_SESSIONS_PER_USER; i += 1) await here.create(login);
    const row = await hold(session.id);
    const rotating = here.rotate('ada', session.id, { endsOthers: false });
    await untilWaiting(1);
    const opening = there.create(login);
    await untilWaiting(2);
    await row.release();
    const [rotated] = await Promise.all([rotating, opening]);
    expect(await here.validate(rotated?.token ?? '')).toBeUndefined();
    expect(await here.listByUser('ada')).toHaveLength(MAX_SESSIONS_PER_USER);
  });
});

describe('a change that the log tells of before who made it does', () => {
  it('is not called done before this process has done its part', async () => {
    const { records } = open();
    const feed = new SessionFeed(records, new MemoryPubSub(systemClock), SHARED);
    const [begun, done] = [new Deferred<void>(), new Deferred<void>()];
    const told: ChangeSource[] = [];
    const listen = (_: unknown, source: ChangeSource) => {
      told.push(source);
      begun.resolve();
      return done.promise;
    };
    await feed.start(listen, () => undefined);
    const change = await records.revokeAll('ada');
    await begun.promise;
    const announced = feed.announce([change]).then(() => 'announced');
    const everythingElse = new Promise((resolve) => setImmediate(resolve, 'still waiting'));
    expect(await Promise.race([announced, everythingElse])).toBe('still waiting');
    done.resolve();
    expect(await announced).toBe('announced');
    expect(told).toEqual(['log']);
    await feed.stop();
  });
});

describe('ending all sessions', () => {
  it('is never undone by uses, logins and new tokens that are under way in other processes', async () => {
    const [here, there] = await startTwo();
    for (let round = 0; round < 25; round += 1) {
      const userId = `user-${round}`;
      const before = await Promise.all(
        Array.from({ length: 4 }, () => here.create({ ...login, userId })),
      );
      const rotating: Promise<{ token: string } | undefined>[] = [];
      const uses: Promise<unknown>[] = [];
      for (const { token, session } of before) {
        for (const store of [here, there]) {
          uses.push(store.validate(token), store.keepAlive(session.id));
          rotating.push(store.rotate(userId, session.id, { endsOthers: false }));
        }
      }
      await (round % 2 === 0 ? here : there).revokeAll(userId);
      const rotated = await Promise.all(rotating);
      await Promise.all(uses);
      const tokens = [...before, ...rotated].flatMap((one) => (one ? [one.token] : []));
      for (const store of [here, there]) {
        const found = await Promise.all(tokens.map((token) => store.validate(token)));
        expect(found.filter((session) => session !== undefined)).toEqual([]);
        expect(await store.listByUser(userId)).toEqual([]);
      }
    }
  });

  it('costs the same number of statements and commands however many there are', async () => {
    const prefix = createTestRedisPrefix();
    const instance = await openRedisInstance(prefix);
    const store = await startStore(instance, open().records, DAY, systemClock);
    const keysOf = () => instance.connections.command.keys(`${prefix}:*`);
    const cost = async (userId: string, count: number) => {
      await Promise.all(Array.from({ length: count }, () => store.create({ ...login, userId })));
      const keys = (await keysOf()).length;
      const statements = jest.spyOn(open().database.sql, 'with');
      const sent = jest.spyOn(instance.connections.command, 'evalsha');
      await store.revokeAll(userId);
      const spent = [statements.mock.calls.length, sent.mock.calls.length];
      statements.mockRestore();
      sent.mockRestore();
      // Nothing was walked over: what has ended goes with its TTL.
      expect((await keysOf()).length).toBe(keys);
      return spent;
    };
    await cost('warm-up', 1);
    expect(await cost('few', 1)).toEqual(await cost('many', MAX_SESSIONS_PER_USER));
  });
});
