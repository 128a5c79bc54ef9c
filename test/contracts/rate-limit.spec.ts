import '../support/quiet.js';
import { FallbackRateLimiter } from '../../src/redis/rate-limit/fallback.rate-limiter.js';
import { MemoryRateLimiter } from '../../src/redis/rate-limit/memory.rate-limiter.js';
import { RedisRateLimiter } from '../../src/redis/rate-limit/redis.rate-limiter.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { ttlsByKey, watchCommands } from '../support/keyspace.js';
import { ManualClock } from '../support/manual-clock.js';
import { NO_REDIS_URL, openRedisInstance } from '../support/redis-instance.js';
import { age } from '../support/time-travel.js';
import { describeRateLimitContract } from './rate-limit.contract.js';

describeRateLimitContract('memory', async () => {
  const clock = new ManualClock();
  const limiter = new MemoryRateLimiter(clock);
  return {
    here: limiter,
    there: limiter,
    pass: async (ms) => clock.advance(ms),
    close: () => Promise.resolve(),
  };
});

describeRateLimitContract('redis', async () => {
  const prefix = createTestRedisPrefix();
  const [here, there] = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
  return {
    here: new RedisRateLimiter(here.connections, here.keys),
    there: new RedisRateLimiter(there.connections, there.keys),
    pass: (ms) => age(here, ms),
    close: async () => {
      await Promise.all([here.close(), there.close()]);
    },
  };
});

describe('a memory rate limiter', () => {
  it('is bounded: beyond its size it forgets who was quiet for longest', async () => {
    const limiter = new MemoryRateLimiter(new ManualClock(), 2);
    const policy = { name: 'login', limit: 1, windowMs: 1_000 };
    for (const subject of ['a', 'b', 'c']) await limiter.consume(policy, subject);
    expect(await limiter.consume(policy, 'c')).toMatchObject({ allowed: false });
    expect(await limiter.consume(policy, 'a')).toMatchObject({ allowed: true });
  });
});

describe('a redis rate limiter', () => {
  it('never lets more than the limit through in any window, under a flood from two instances', async () => {
    const prefix = createTestRedisPrefix();
    const instances = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
    const policy = { name: 'flood', limit: 10, windowMs: 150 };
    const allowed: { sentAtMs: number; answeredAtMs: number; cost: number }[] = [];
    const untilMs = performance.now() + 1_200;
    const flood = async (limiter: RedisRateLimiter, cost: number): Promise<void> => {
      while (performance.now() < untilMs) {
        const sentAtMs = performance.now();
        const decision = await limiter.consume(policy, 'ada', cost);
        if (decision.allowed) allowed.push({ sentAtMs, answeredAtMs: performance.now(), cost });
      }
    };
    await Promise.all(
      instances.flatMap(({ connections, keys }) => {
        const limiter = new RedisRateLimiter(connections, keys);
        return [1, 1, 2, 3].map((cost) => flood(limiter, cost));
      }),
    );
    // Who was sent after the first was answered, and answered within its window, was surely inside
    // it.
    for (const first of allowed) {
      const inside = allowed.filter(
        ({ sentAtMs, answeredAtMs }) =>
          sentAtMs >= first.answeredAtMs && answeredAtMs < first.sentAtMs + policy.windowMs,
      );
      const units = inside.reduce((sum, { cost }) => sum + cost, first.cost);
      expect(units).toBeLessThanOrEqual(policy.limit);
    }
    // The flood met the limit in every window, so the check above had something to find.
    expect(allowed.reduce((sum, { cost }) => sum + cost, 0)).toBeGreaterThan(5 * policy.limit);
    await Promise.all(instances.map((instance) => instance.close()));
  });

  it('asks once per check, and leaves nothing without a TTL', async () => {
    const { connections, keys, close } = await openRedisInstance(createTestRedisPrefix());
    const limiter = new RedisRateLimiter(connections, keys);
    await limiter.consume({ name: 'login', limit: 5, windowMs: 60_000 }, 'ada');
    const sent = watchCommands(connections.command);
    await limiter.consume({ name: 'login', limit: 5, windowMs: 60_000 }, 'ada', 3);
    expect(sent()).toEqual(['evalsha']);
    const ttls = await ttlsByKey(connections.command, keys.prefix);
    expect([...ttls.keys()]).toEqual([`${keys.prefix}:rl:login:ada`]);
    expect([...ttls.values()][0]).toBeGreaterThan(59_000);
    await close();
  });
});

describe('a rate limiter while Redis is away', () => {
  it('goes on counting in the process, at once', async () => {
    const { connections, keys, close } = await openRedisInstance(
      createTestRedisPrefix(),
      NO_REDIS_URL,
    );
    const limiter = new FallbackRateLimiter(
      new RedisRateLimiter(connections, keys),
      new MemoryRateLimiter(new ManualClock()),
    );
    const policy = { name: 'login', limit: 2, windowMs: 60_000 };
    const startedAtMs = performance.now();
    const answers = [];
    for (let i = 0; i < 3; i += 1) answers.push((await limiter.consume(policy, 'ada')).allowed);
    expect(answers).toEqual([true, true, false]);
    expect(performance.now() - startedAtMs).toBeLessThan(500);
    await expect(limiter.consume(policy, 'ada', 3)).rejects.toMatchObject({
      code: 'rate_limit.invalid',
    });
    await close();
  });
});
