import '../support/quiet.js';
import { defineCounter } from '../../src/redis/cache/counters/counter-definition.js';
import { MemoryCounters } from '../../src/redis/cache/counters/memory.counters.js';
import { RedisCounters } from '../../src/redis/cache/counters/redis.counters.js';
import { ttlsByKey, watchCommands } from '../support/keyspace.js';
import { ManualClock } from '../support/manual-clock.js';
import {
  openAwayInstance,
  openRedisInstance,
  type RedisInstance,
} from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { age } from '../support/time-travel.js';
import { describeCounterContract } from './counter.contract.js';

const countersOf = ({ connections, keys }: RedisInstance, clock = new ManualClock()) =>
  new RedisCounters(connections, keys, new MemoryCounters(clock));

const calls = defineCounter<string>({
  name: 'test.calls',
  namespace: 'ai',
  key: (userId) => `calls:${userId}`,
  ttlMs: 60_000,
});

describeCounterContract('memory', async () => {
  const clock = new ManualClock();
  const counters = new MemoryCounters(clock);
  return {
    here: counters,
    there: counters,
    pass: async (ms) => clock.advance(ms),
    close: () => Promise.resolve(),
  };
});

describeCounterContract('redis', async () => {
  const prefix = createTestRedisPrefix();
  const [here, there] = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
  return {
    here: countersOf(here),
    there: countersOf(there),
    pass: (ms) => age(here, ms),
    close: async () => {
      await Promise.all([here.close(), there.close()]);
    },
  };
});

describe('a memory counter', () => {
  it('is bounded: beyond its size the count that was quiet for longest is forgotten', async () => {
    const counter = new MemoryCounters(new ManualClock(), 2).use(calls);
    for (const userId of ['a', 'b', 'c']) await counter.increment(userId);
    expect(await counter.get('a')).toBe(0);
    expect(await counter.get('c')).toBe(1);
  });
});

describe('a redis counter', () => {
  it('asks once per increment, and leaves nothing without a TTL', async () => {
    const instance = await openRedisInstance(createTestRedisPrefix());
    const counter = countersOf(instance).use(calls);
    await counter.increment('ada');
    const sent = watchCommands(instance.connections.command);
    await counter.increment('ada');
    expect(sent()).toEqual(['evalsha']);
    const ttls = await ttlsByKey(instance.connections.command, instance.keys.prefix);
    expect([...ttls.keys()]).toEqual([`${instance.keys.prefix}:cache:~count:ai:calls:ada`]);
    expect([...ttls.values()][0]).toBeGreaterThan(55_000);
    await instance.close();
  });
});

describe('a counter while Redis is away', () => {
  it('says so, at once', async () => {
    const counter = countersOf(await openAwayInstance(createTestRedisPrefix())).use(calls);
    const startedAtMs = performance.now();
    const unavailable = { kind: 'unavailable', code: 'counter.unavailable' };
    await expect(counter.increment('ada')).rejects.toMatchObject(unavailable);
    await expect(counter.get('ada')).rejects.toMatchObject(unavailable);
    await expect(counter.reset('ada')).rejects.toMatchObject(unavailable);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });

  it('counts in the process if it is declared so', async () => {
    const counters = countersOf(await openAwayInstance(createTestRedisPrefix()));
    const counter = counters.use({ ...calls, fallback: 'local' });
    expect(await counter.increment('ada')).toBe(1);
    expect(await counter.increment('ada', 2)).toBe(3);
    expect(await counter.get('ada')).toBe(3);
    await counter.reset('ada');
    expect(await counter.get('ada')).toBe(0);
    await expect(counter.increment('ada', 0.5)).rejects.toMatchObject({
      code: 'counter.invalid_step',
    });
  });
});
