import '../support/quiet.js';
import { MemorySessionStore } from '../../src/redis/session/memory.session-store.js';
import { RedisSessionStore } from '../../src/redis/session/redis.session-store.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { ttlsByKey, watchCommands } from '../support/keyspace.js';
import { ManualClock } from '../support/manual-clock.js';
import { NO_REDIS_URL, openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { age } from '../support/time-travel.js';
import { describeSessionContract } from './session.contract.js';

const DAY = { idleMs: 1_800_000, absoluteMs: 86_400_000 };
const login = { userId: 'ada', ip: '192.0.2.7', userAgent: 'Firefox/130' };

describeSessionContract('memory', async () => {
  const clock = new ManualClock();
  const lifetimes = { idleMs: 1_800_000, absoluteMs: 4_000_000 };
  return {
    store: new MemorySessionStore(lifetimes, clock),
    lifetimes,
    pass: async (ms) => clock.advance(ms),
    close: () => Promise.resolve(),
  };
});

describeSessionContract('redis', async () => {
  const instance = await openRedisInstance(createTestRedisPrefix());
  const lifetimes = { idleMs: 10_000, absoluteMs: 22_000 };
  return {
    store: new RedisSessionStore(instance.connections, instance.keys, lifetimes),
    lifetimes,
    pass: (ms) => age(instance, ms),
    close: instance.close,
  };
});

describe('a memory session store', () => {
  it('is bounded: beyond its size the session that was unused for longest ends', async () => {
    const store = new MemorySessionStore(DAY, new ManualClock(), 3);
    const tokens: string[] = [];
    for (const userId of ['a', 'b', 'c'])
      tokens.push((await store.create({ ...login, userId })).token);
    await store.validate(tokens[0] ?? '');
    await store.create({ ...login, userId: 'd' });
    const live = await Promise.all(tokens.map((token) => store.validate(token)));
    expect(live.map((session) => session?.userId)).toEqual(['a', undefined, 'c']);
    expect(await store.listByUser('b')).toEqual([]);
  });
});

describe('a redis session store', () => {
  let instance: RedisInstance;
  let store: RedisSessionStore;
  beforeEach(async () => {
    instance = await openRedisInstance(createTestRedisPrefix());
    store = new RedisSessionStore(instance.connections, instance.keys, DAY);
  });
  afterEach(() => instance.close());

  it('keeps no token, only its hash', async () => {
    const { token } = await store.create(login);
    const { command } = instance.connections;
    const keys = await command.keys(`${instance.keys.prefix}:*`);
    const dumps = await Promise.all(keys.map((key) => command.dumpBuffer(key)));
    const everything = keys.join() + dumps.map((dump) => dump?.toString('latin1')).join();
    expect(keys).toHaveLength(3);
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(token.slice(3));
  });

  it('gives every key a TTL: the session its idle time, the rest the absolute one', async () => {
    const { token } = await store.create(login);
    await store.validate(token);
    const ttls = await ttlsByKey(instance.connections.command, instance.keys.prefix);
    for (const [key, ttlMs] of ttls) {
      const wholeMs = key.includes(':token:') ? DAY.idleMs : DAY.absoluteMs;
      expect(ttlMs).toBeGreaterThan(wholeMs - 10_000);
      expect(ttlMs).toBeLessThanOrEqual(wholeMs);
    }
  });

  it('validates in one round trip', async () => {
    const { token } = await store.create(login);
    await store.validate(token);
    const sent = watchCommands(instance.connections.command);
    await store.validate(token);
    expect(sent()).toEqual(['evalsha']);
  });

  it('forgets ended sessions in the index, and leaves nothing behind once all are revoked', async () => {
    const { command } = instance.connections;
    const { token } = await store.create(login);
    const [sessionKey = ''] = await command.keys(`${instance.keys.prefix}:sess:*:token:*`);
    await command.del(sessionKey);
    await store.create(login);
    const [indexKey = ''] = await command.keys(`${instance.keys.prefix}:sess:*:index:*`);
    expect(await command.zcard(indexKey)).toBe(1);
    expect(await store.validate(token)).toBeUndefined();

    await store.revokeAll('ada');
    const left = await command.keys(`${instance.keys.prefix}:*`);
    expect(left.filter((key) => !key.includes(':token:'))).toEqual([]);
  });

  it('signs out, and never in, when Redis evicted the user’s epoch', async () => {
    const { token } = await store.create(login);
    const { command } = instance.connections;
    const [epochKey = ''] = await command.keys(`${instance.keys.prefix}:sess:*:epoch:*`);
    await command.del(epochKey);
    expect(await store.validate(token)).toBeUndefined();
    await store.create(login);
    expect(await store.validate(token)).toBeUndefined();
  });

  it('is shared by instances', async () => {
    const other = await openRedisInstance(instance.keys.prefix);
    const { token } = await store.create(login);
    const there = new RedisSessionStore(other.connections, other.keys, DAY);
    expect(await there.validate(token)).toMatchObject(login);
    await there.revokeAll('ada');
    expect(await store.validate(token)).toBeUndefined();
    await other.close();
  });
});

describe('a redis session store while Redis is away', () => {
  it('neither lets in nor signs out: it is unavailable', async () => {
    const instance = await openRedisInstance(createTestRedisPrefix(), NO_REDIS_URL);
    const store = new RedisSessionStore(instance.connections, instance.keys, DAY);
    const unavailable = { kind: 'unavailable', code: 'session.unavailable' };
    await expect(store.create(login)).rejects.toMatchObject(unavailable);
    await expect(store.validate('a'.repeat(46))).rejects.toMatchObject(unavailable);
    await expect(store.listByUser('ada')).rejects.toMatchObject(unavailable);
    await expect(store.revoke('ada', 'x')).rejects.toMatchObject(unavailable);
    await expect(store.revokeAll('ada')).rejects.toMatchObject(unavailable);
    await instance.close();
  });
});
