import '../support/quiet.js';
import { MemorySessionCache } from '../../src/redis/session/cache/memory.session-cache.js';
import { RedisSessionCache } from '../../src/redis/session/cache/redis.session-cache.js';
import { readToken, tokenOwner } from '../../src/redis/session/session-token.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { eventually } from '../support/eventually.js';
import { ttlsByKey, watchCommands } from '../support/keyspace.js';
import { ManualClock } from '../support/manual-clock.js';
import {
  openAwayInstance,
  openRedisInstance,
  type RedisInstance,
} from '../support/redis-instance.js';
import { age } from '../support/time-travel.js';
import { describeSessionContract } from './session.contract.js';
import { DAY, startAlone, startStore, useSessionRecords } from './session.setup.js';

const login = { userId: 'ada', ip: '192.0.2.7', userAgent: 'Firefox/130' };

describe('on PGlite, in one process', () => {
  const open = useSessionRecords('pglite');

  describeSessionContract('memory', async () => {
    const { records, empty } = open();
    await empty();
    const clock = new ManualClock();
    const lifetimes = { idleMs: 1_800_000, absoluteMs: 4_000_000, graceMs: 10_000 };
    const cache = new MemorySessionCache(lifetimes, clock);
    return {
      store: await startAlone(records, cache, lifetimes, clock),
      lifetimes,
      pass: async (ms) => clock.advance(ms),
      close: () => Promise.resolve(),
    };
  });

  it('asks the records again for a session that found no room', async () => {
    const { records } = open();
    const clock = new ManualClock();
    const store = await startAlone(records, new MemorySessionCache(DAY, clock, 2), DAY, clock);
    const tokens: string[] = [];
    for (const userId of ['a', 'b', 'c', 'd']) {
      tokens.push((await store.create({ ...login, userId })).token);
    }
    const live = await Promise.all(tokens.map((token) => store.validate(token)));
    expect(live.map((session) => session?.userId)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('on PostgreSQL', () => {
  const open = useSessionRecords('postgres');
  const lifetimes = { idleMs: 10_000, absoluteMs: 22_000, graceMs: 2_000 };

  describe.each([
    ['redis', openRedisInstance],
    ['redis that is away', openAwayInstance],
  ])('with a %s', (driver, openInstance) => {
    describeSessionContract(driver, async () => {
      const { records, empty } = open();
      await empty();
      const instance = await openInstance(createTestRedisPrefix());
      const clock = new ManualClock();
      return {
        store: await startStore(instance, records, lifetimes, clock),
        lifetimes,
        pass: async (ms) => {
          clock.advance(ms);
          if (openInstance === openRedisInstance) await age(instance, ms);
        },
        close: instance.close,
      };
    });
  });

  describe('with a redis session cache', () => {
    let instance: RedisInstance;
    let cache: RedisSessionCache;
    const clock = new ManualClock();
    beforeEach(async () => {
      await open().empty();
      instance = await openRedisInstance(createTestRedisPrefix());
      cache = new RedisSessionCache(instance.connections, instance.keys, DAY, clock);
    });
    afterEach(() => instance.close());
    const start = (there = instance) => startStore(there, open().records, DAY, clock);
    const factsOf = (token: string) => readToken(token) ?? { hash: '', owner: tokenOwner('') };

    it('keeps no token anywhere, only its hash', async () => {
      const { token } = await (await start()).create(login);
      const { command } = instance.connections;
      const keys = await command.keys(`${instance.keys.prefix}:*`);
      const dumps = await Promise.all(keys.map((key) => command.dumpBuffer(key)));
      const rows = await open().records.listByUser('ada', { nowMs: clock.nowMs(), ...DAY });
      const everything =
        keys.join() + dumps.map((dump) => dump?.toString('latin1')).join() + JSON.stringify(rows);
      // The session, and its user’s generation.
      expect(keys).toHaveLength(2);
      expect(rows).toHaveLength(1);
      expect(everything).not.toContain(token);
      expect(everything).not.toContain(token.slice(22));
    });

    it('gives every key a TTL: a session its idle time, its user’s generation more than any session may have', async () => {
      const store = await start();
      const { token } = await store.create(login);
      await store.validate(token);
      const { session: other } = await store.create(login);
      await store.revoke('ada', other.id);
      const ttls = await ttlsByKey(instance.connections.command, instance.keys.prefix);
      expect(ttls.size).toBe(3);
      const [ended = 0, live = 0, generation = 0] = [...ttls.values()].sort((a, b) => a - b);
      expect(ended).toBeGreaterThan(500_000);
      expect(live).toBeGreaterThan(DAY.idleMs - 10_000);
      expect(live).toBeLessThanOrEqual(DAY.idleMs);
      expect(generation).toBeGreaterThan(DAY.absoluteMs);
    });

    it('validates in one round trip, and asks no database', async () => {
      const store = await start();
      const { token } = await store.create(login);
      await store.validate(token);
      const sent = watchCommands(instance.connections.command);
      const asked = jest.spyOn(open().records, 'find');
      await store.validate(token);
      expect(sent()).toEqual(['evalsha']);
      expect(asked).not.toHaveBeenCalled();
      asked.mockRestore();
    });

    it('never keeps a session whose end it was told after the record was read', async () => {
      const { token, session } = await (await start()).create(login);
      await cache.end(factsOf(token));
      expect(await cache.keep(factsOf(token), { ...session, generation: 0 })).toBe('ended');
      expect(await cache.use(factsOf(token))).toBe('ended');
    });

    it('does not believe what was kept before it was told to forget', async () => {
      const { token, session } = await (await start()).create(login);
      expect(await cache.use(factsOf(token))).toMatchObject(login);
      await cache.forgetHere();
      expect(await cache.use(factsOf(token))).toBeUndefined();
      // In the very millisecond of forgetting, it is not believed either.
      await eventually(async () => {
        await cache.keep(factsOf(token), { ...session, generation: 0 });
        expect(await cache.use(factsOf(token))).toMatchObject(login);
      });
    });

    it('does not leave beside a login what its client had, though only another process knows that it is in use', async () => {
      const other = await openRedisInstance(instance.keys.prefix);
      const [here, there] = [await start(), await start(other)];
      const pass = async (ms: number) => {
        clock.advance(ms);
        await age(instance, ms);
      };
      for (const next of [login, { ...login, userId: 'bob' }]) {
        const { token } = await here.create(login);
        await pass(50_000);
        expect(await here.validate(token)).toBeDefined();
        await pass(DAY.idleMs - 25_000);
        await there.create(next, token);
        expect(await here.validate(token)).toBeUndefined();
      }
      await other.close();
    });

    it('is shared by instances', async () => {
      const other = await openRedisInstance(instance.keys.prefix);
      const [here, there] = [await start(), await start(other)];
      const { token } = await here.create(login);
      expect(await there.validate(token)).toMatchObject(login);
      await there.revokeAll('ada');
      expect(await here.validate(token)).toBeUndefined();
      await other.close();
    });
  });
});
