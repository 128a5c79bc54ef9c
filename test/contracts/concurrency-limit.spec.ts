import '../support/quiet.js';
import type { ConcurrencyLimiter, Permit } from '../../src/kernel/concurrency-limiter.js';
import { MemoryConcurrencyLimiter } from '../../src/redis/concurrency/memory.concurrency-limiter.js';
import {
  RedisConcurrencyLimiter,
  type RedisConcurrencyOptions,
} from '../../src/redis/concurrency/redis.concurrency-limiter.js';
import { eventually } from '../support/eventually.js';
import { ttlsByKey } from '../support/keyspace.js';
import {
  openAwayInstance,
  openRedisInstance,
  type RedisInstance,
} from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';

const policy = { name: 'train', limit: 3 };
const PATIENT = { callTimeoutMs: 5_000, instances: () => 2 };

const open = (
  { connections, keys }: RedisInstance,
  options: Partial<RedisConcurrencyOptions> = {},
): RedisConcurrencyLimiter =>
  new RedisConcurrencyLimiter(connections, keys, { ...PATIENT, ...options });

const enterTimes = async (limiter: ConcurrencyLimiter, times: number, subject = 'ada') => {
  const places = Array.from({ length: times }, () => limiter.enter(policy, subject));
  return (await Promise.all(places)).filter((permit) => permit !== undefined);
};
const free = (permits: readonly Permit[]): void => permits.forEach((permit) => permit.release());

const DRIVERS: [string, () => Promise<[ConcurrencyLimiter, ConcurrencyLimiter]>][] = [
  [
    'memory',
    async () => {
      const limiter = new MemoryConcurrencyLimiter();
      return [limiter, limiter];
    },
  ],
  [
    'redis',
    async () => {
      const prefix = createTestRedisPrefix();
      return [open(await openRedisInstance(prefix)), open(await openRedisInstance(prefix))];
    },
  ],
];

describe.each(DRIVERS)('a %s concurrency limiter', (_, setup) => {
  let here: ConcurrencyLimiter;
  let there: ConcurrencyLimiter;
  beforeEach(async () => {
    [here, there] = await setup();
  });

  it('lets in as many as there are places, of a thousand who come at once', async () => {
    const permits = await Promise.all([enterTimes(here, 500), enterTimes(there, 500)]);
    expect(permits.flat()).toHaveLength(3);
  });

  it('gives a place to the next when it is left, and no more than one for it', async () => {
    const [first] = await enterTimes(here, 3);
    expect(await there.enter(policy, 'ada')).toBeUndefined();
    first?.release();
    first?.release();
    const next = await eventually(async () => {
      const permit = await there.enter(policy, 'ada');
      expect(permit).toBeDefined();
      return permit;
    });
    expect(await here.enter(policy, 'ada')).toBeUndefined();
    next?.release();
  });

  it('counts subjects and policies apart', async () => {
    expect(await enterTimes(here, 9)).toHaveLength(3);
    expect(await enterTimes(here, 9, 'bob')).toHaveLength(3);
    expect(await here.enter({ ...policy, name: 'other' }, 'ada')).toBeDefined();
  });
});

describe('a redis concurrency limiter', () => {
  it('frees the places of a process that has gone, and leaves no key behind', async () => {
    const prefix = createTestRedisPrefix();
    const gone = await openRedisInstance(prefix);
    const other = await openRedisInstance(prefix);
    expect(await enterTimes(open(gone, { leaseMs: 600 }), 5)).toHaveLength(3);
    await gone.close();
    const { command } = other.connections;
    await eventually(async () => expect(await ttlsByKey(command, prefix)).toEqual(new Map()));
    expect(await enterTimes(open(other), 5)).toHaveLength(3);
  });

  it('holds a place for as long as it is in use, far beyond its lease', async () => {
    const prefix = createTestRedisPrefix();
    const [here, there] = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
    const permits = await enterTimes(open(here, { leaseMs: 1_500 }), 3);
    const startedAtMs = performance.now();
    await eventually(() => expect(performance.now() - startedAtMs).toBeGreaterThan(3_000));
    expect(await enterTimes(open(there), 3)).toEqual([]);
    free(permits);
  });

  it('tells an emptied Redis again what is in use', async () => {
    const prefix = createTestRedisPrefix();
    const [here, there] = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
    const permits = await enterTimes(open(here, { leaseMs: 3_000 }), 3);
    const { command } = here.connections;
    await command.del(await command.keys(`${prefix}:*`));
    await eventually(async () => expect(await command.keys(`${prefix}:*`)).toHaveLength(1));
    expect(await enterTimes(open(there), 3)).toEqual([]);
    free(permits);
  });

  it('gives each process its share while Redis is away, and waits for it no second time', async () => {
    const limiter = open(await openAwayInstance(createTestRedisPrefix()), { callTimeoutMs: 300 });
    const permits = await enterTimes(limiter, 50);
    expect(permits).toHaveLength(1);
    free(permits);
    expect(await enterTimes(limiter, 50)).toHaveLength(1);
  });
});
