import '../support/quiet.js';
import { PostgresDatabase } from '../../src/database/postgres.database.js';
import { DatabaseSessionRecords } from '../../src/database/sessions/sessions.repository.js';
import { systemClock } from '../../src/kernel/clock.js';
import type { FoundSession } from '../../src/kernel/session-records.js';
import type { EndedSessions, SessionStore } from '../../src/redis/session/session-store.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { watchCommands } from '../support/keyspace.js';
import {
  openAwayInstance,
  openRedisInstance,
  type RedisInstance,
} from '../support/redis-instance.js';
import { PrivateRedis } from '../support/redis-server.js';
import {
  createTestDatabase,
  createTestRedisPrefix,
  testRedisUrl,
} from '../support/servers/index.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { DAY, startStore, useSessionRecords } from './session.setup.js';

const login = { userId: 'ada', ip: '192.0.2.7', userAgent: 'Firefox/130' };
const unavailable = { kind: 'unavailable', code: 'session.unavailable' };
/** Whoever waits for a store that is away waits much longer. */
const AT_ONCE_MS = 800;

const records = useSessionRecords('postgres');
beforeEach(() => records().empty());

const start = (instance: RedisInstance, lifetimes = DAY, store = records().records) =>
  startStore(instance, store, lifetimes, systemClock);

async function atOnce<T>(work: () => Promise<T>): Promise<T> {
  const startedAtMs = performance.now();
  const result = await work();
  expect(performance.now() - startedAtMs).toBeLessThan(AT_ONCE_MS);
  return result;
}

/** Once Redis alone answers for the token: the fast path works again. */
async function untilFast(
  { connections }: RedisInstance,
  store: SessionStore,
  token: string,
): Promise<void> {
  const asked = jest.spyOn(records().records, 'find');
  const sent = watchCommands(connections.command);
  await eventually(async () => {
    asked.mockClear();
    sent();
    expect(await store.validate(token)).toBeDefined();
    expect(sent()).toEqual(['evalsha']);
    expect(asked).not.toHaveBeenCalled();
  });
  asked.mockRestore();
}

describe('sessions, with Redis killed', () => {
  let redis: PrivateRedis;
  let prefix: string;
  beforeAll(async () => {
    redis = await PrivateRedis.start();
  });
  afterAll(() => redis.remove());
  beforeEach(() => {
    prefix = createTestRedisPrefix();
  });
  const open = () => openRedisInstance(prefix, redis.url);

  it('go on: known at once, listed, opened and ended', async () => {
    const store = await start(await open());
    const before = await store.create(login);
    await redis.kill();
    expect(await store.validate(before.token)).toMatchObject({ id: before.session.id });
    const meanwhile = await atOnce(() => store.create(login));
    for (const { token, session } of [before, meanwhile]) {
      expect(await atOnce(() => store.validate(token))).toMatchObject({ id: session.id });
    }
    const ids = (await atOnce(() => store.listByUser('ada'))).map(({ id }) => id);
    expect(ids).toEqual([meanwhile.session.id, before.session.id]);
    expect(await atOnce(() => store.revoke('ada', before.session.id))).toBe(true);
    expect(await atOnce(() => store.validate(before.token))).toBeUndefined();
    expect(await store.validate(meanwhile.token)).toBeDefined();
    await redis.up();
  });

  it('stay ended when Redis comes back with what it had, for every process, old and new', async () => {
    const instances = [await open(), await open()];
    const [here, there] = [await start(instances[0]!), await start(instances[1]!)];
    const [one, two, kept] = [
      await here.create(login),
      await here.create({ ...login, userId: 'bob' }),
      await here.create(login),
    ];
    for (const { token } of [one, two, kept]) expect(await there.validate(token)).toBeDefined();
    await redis.kill();
    await here.revoke('ada', one.session.id);
    await here.revokeAll('bob');
    await redis.up();
    // No waiting: not even the first question after the return may be answered from the old data.
    for (let i = 0; i < 100; i += 1) {
      for (const store of [here, there]) {
        expect(await store.validate(one.token)).toBeUndefined();
        expect(await store.validate(two.token)).toBeUndefined();
        expect(await store.validate(kept.token)).toBeDefined();
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const newcomer = await start(await open());
    expect(await newcomer.validate(one.token)).toBeUndefined();
    expect(await newcomer.validate(kept.token)).toBeDefined();
    await untilFast(instances[1]!, there, kept.token);
  });

  it('that were opened meanwhile are known to all when it is back, and fast again', async () => {
    const [first, second] = [await open(), await open()];
    const [here, there] = [await start(first), await start(second)];
    await redis.kill();
    const { token } = await here.create(login);
    expect(await there.validate(token)).toMatchObject(login);
    await redis.up();
    await untilFast(second, there, token);
    await untilFast(first, here, token);
  });

  it('outlive a Redis that lost everything, and one that was given an old copy', async () => {
    const instance = await open();
    const store = await start(instance);
    const [kept, ended] = [await store.create(login), await store.create(login)];
    await redis.flush();
    expect(await store.validate(kept.token)).toMatchObject(login);
    await untilFast(instance, store, kept.token);

    expect(await store.validate(ended.token)).toBeDefined();
    const { command } = instance.connections;
    const copies = await Promise.all(
      (await command.keys(`${prefix}:*`)).map(async (key) => ({
        key,
        dump: await command.dumpBuffer(key),
      })),
    );
    // Redis was told of this, and forgets it.
    await store.revoke('ada', ended.session.id);
    await redis.kill();
    await redis.up();
    const there = await start(await open());
    const restorer = await open();
    for (const { key, dump } of copies) {
      await restorer.connections.command.restore(key, DAY.idleMs, dump, 'REPLACE');
    }
    expect(await there.validate(ended.token)).toBeUndefined();
    expect(await there.validate(kept.token)).toBeDefined();
  });
});

describe('sessions, with Redis out of reach of one process', () => {
  let proxy: TcpProxy;
  let prefix: string;
  beforeEach(async () => {
    prefix = createTestRedisPrefix();
    proxy = new TcpProxy(testRedisUrl());
    await proxy.up();
  });
  afterEach(() => proxy.down());

  it('are ended for the others when it is back', async () => {
    const here = await start(await openRedisInstance(prefix, proxy.url));
    const there = await start(await openRedisInstance(prefix));
    const { token } = await here.create(login);
    const noted = jest.spyOn(records().records, 'touch');
    expect(await there.validate(token)).toBeDefined();
    // The next time is a minute away: it is not by that that the other learns of the end.
    await eventually(() => expect(noted).toHaveBeenCalled());
    noted.mockRestore();
    await proxy.down();
    await here.revokeAll('ada');
    expect(await here.validate(token)).toBeUndefined();
    expect(await there.validate(token)).toBeDefined();
    await proxy.up();
    await eventually(async () => expect(await there.validate(token)).toBeUndefined());
  });

  it('are ended for the others even if it never comes back, and for their open sockets: by the log', async () => {
    const here = await start(await openRedisInstance(prefix, proxy.url));
    const there = await start(await openRedisInstance(prefix));
    const [one, all] = [await here.create(login), await here.create({ ...login, userId: 'bob' })];
    for (const { token } of [one, all]) expect(await there.validate(token)).toBeDefined();
    const told: EndedSessions[] = [];
    there.onEnded((ended) => void told.push(ended));
    await proxy.down();
    await here.revoke('ada', one.session.id);
    await here.revokeAll('bob');
    await here.beforeApplicationShutdown();
    // Looked at twice a second. The next noted use, which would tell as well, is a minute away.
    await eventually(() => {
      expect(told).toEqual([
        { userId: 'ada', sessionId: one.session.id },
        { userId: 'bob', keptSessionId: undefined },
      ]);
    });
    for (const { token } of [one, all]) expect(await there.validate(token)).toBeUndefined();
  });

  it('cost a frozen Redis one time-out, and then nothing', async () => {
    const store = await start(await openRedisInstance(prefix, proxy.url));
    const { token } = await store.create(login);
    await store.validate(token);
    proxy.freeze();
    const startedAtMs = performance.now();
    expect(await store.validate(token)).toBeDefined();
    expect(performance.now() - startedAtMs).toBeLessThan(1_500);
    for (let i = 0; i < 100; i += 1) {
      expect(await atOnce(() => store.validate(token))).toBeDefined();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await atOnce(() => store.create(login))).toBeDefined();
    await atOnce(() => store.revokeAll('ada'));
  });
});

describe('sessions, with the database away', () => {
  it('go on as far as Redis knows them; what only the database can tell is unavailable', async () => {
    const { url, drop } = await createTestDatabase();
    const proxy = new TcpProxy(url);
    await proxy.up();
    const database = new PostgresDatabase({
      url: proxy.url,
      poolSize: 2,
      connectTimeoutMs: 500,
      statementTimeoutMs: 500,
      onError: () => undefined,
    });
    await database.migrate();
    const instance = await openRedisInstance(createTestRedisPrefix());
    const store = await start(instance, DAY, new DatabaseSessionRecords(database));
    const { token, session } = await store.create(login);
    await store.validate(token);
    await proxy.down();

    expect(await store.validate(token)).toMatchObject({ id: session.id });
    await expect(store.create(login)).rejects.toMatchObject(unavailable);
    await expect(store.validate('A'.repeat(64))).rejects.toMatchObject(unavailable);
    await expect(store.listByUser('ada')).rejects.toMatchObject(unavailable);
    await expect(store.revoke('ada', session.id)).rejects.toMatchObject(unavailable);
    await expect(store.revokeAll('ada')).rejects.toMatchObject(unavailable);

    await proxy.up();
    expect(await store.validate('A'.repeat(64))).toBeUndefined();
    expect(await store.revoke('ada', session.id)).toBe(true);
    await store.beforeApplicationShutdown();
    await database.close();
    await proxy.down();
    await drop();
  });
});

describe('a session that is ended while it is being restored', () => {
  /** Records whose answers to look-ups are held back. */
  class HeldRecords extends DatabaseSessionRecords {
    readonly read = new Deferred<void>();
    readonly release = new Deferred<void>();

    override async find(tokenHashes: readonly string[]): Promise<FoundSession[]> {
      const found = await super.find(tokenHashes);
      this.read.resolve();
      await this.release.promise;
      return found;
    }
  }

  it.each([
    ['the same process', true],
    ['another process', false],
  ])('by %s stays ended', async (_, isSame) => {
    const prefix = createTestRedisPrefix();
    const held = new HeldRecords(records().database);
    const slow = await start(await openRedisInstance(prefix), DAY, held);
    const quick = await start(await openRedisInstance(prefix));
    const { token } = await quick.create(login);
    const { command } = (await openRedisInstance(prefix)).connections;
    await command.unlink(await command.keys(`${prefix}:*`));

    const restoring = slow.validate(token);
    await held.read.promise;
    await (isSame ? slow : quick).revokeAll('ada');
    held.release.resolve();
    expect(await restoring).toBeUndefined();
    expect(await slow.validate(token)).toBeUndefined();
    expect(await quick.validate(token)).toBeUndefined();
    const bystander = await start(await openRedisInstance(prefix));
    expect(await bystander.validate(token)).toBeUndefined();
  });

  it('stays ended without Redis as well', async () => {
    const held = new HeldRecords(records().database);
    const store = await start(await openAwayInstance(createTestRedisPrefix()), DAY, held);
    const { token } = await store.create(login);
    const restoring = store.validate(token);
    await held.read.promise;
    await store.revokeAll('ada');
    held.release.resolve();
    expect(await restoring).toBeUndefined();
  });
});
