import '../support/quiet.js';
import fc from 'fast-check';
import type { RateLimitPolicy } from '../../src/kernel/rate-limiter.js';
import { MemoryRateLimiter } from '../../src/redis/rate-limit/memory.rate-limiter.js';
import type { RedisRateLimiter } from '../../src/redis/rate-limit/redis.rate-limiter.js';
import { GuardedCount } from '../../src/redis/rate-limit/rules/guarded-count.js';
import { ruleOf } from '../../src/redis/rate-limit/rules/limit-rule.js';
import { ttlsByKey, watchCommands } from '../support/keyspace.js';
import { ManualClock } from '../support/manual-clock.js';
import { openRedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { describeRateLimitContract } from './rate-limit.contract.js';
import {
  expectShared,
  Lifetimes,
  LimiterClock,
  openLimiter,
  SteppedClock,
} from './rate-limit.setup.js';

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
  const instances = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
  const clock = new LimiterClock();
  const [here, there] = await Promise.all([
    openLimiter(instances[0], clock.nowUs),
    openLimiter(instances[1], clock.nowUs),
  ]);
  return {
    here,
    there,
    pass: async (ms) => clock.pass(ms),
    close: async () => {
      expectShared(here, there);
      await Promise.all(instances.map((instance) => instance.close()));
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
    let refused = 0;
    const unitsOf = (calls: readonly { readonly cost: number }[]) =>
      calls.reduce((sum, { cost }) => sum + cost, 0);
    const limiters = await Promise.all(instances.map((instance) => openLimiter(instance)));
    const flood = async (limiter: RedisRateLimiter, cost: number): Promise<void> => {
      while (unitsOf(allowed) < 8 * policy.limit) {
        const sentAtMs = performance.now();
        const decision = await limiter.consume(policy, 'ada', cost);
        if (decision.allowed) allowed.push({ sentAtMs, answeredAtMs: performance.now(), cost });
        else refused += 1;
      }
    };
    await Promise.all(
      limiters.flatMap((limiter) => [1, 1, 2, 3].map((cost) => flood(limiter, cost))),
    );
    expectShared(...limiters);
    // Who was sent after the first was answered, and answered within its window, was surely inside
    // it.
    for (const first of allowed) {
      const inside = allowed.filter(
        ({ sentAtMs, answeredAtMs }) =>
          sentAtMs >= first.answeredAtMs && answeredAtMs < first.sentAtMs + policy.windowMs,
      );
      expect(unitsOf(inside) + first.cost).toBeLessThanOrEqual(policy.limit);
    }
    // So the check above had something to find.
    expect(refused).toBeGreaterThan(policy.limit);
    await Promise.all(instances.map((instance) => instance.close()));
  });

  it('asks once for all that is asked in a turn, and leaves nothing without a TTL', async () => {
    const instance = await openRedisInstance(createTestRedisPrefix());
    const { connections, keys } = instance;
    const limiter = await openLimiter(instance);
    const policies = ['ip', 'user'].map((name) => ({ name, limit: 5, windowMs: 60_000 }));
    await limiter.consume(policies[0]!, 'warm');
    const sent = watchCommands(connections.command);
    await Promise.all(
      ['ada', 'bob', 'cyd'].map((subject) =>
        limiter.consumeAll(policies.map((policy) => ({ policy, subject, cost: 2 }))),
      ),
    );
    expect(sent()).toEqual(['evalsha']);
    const ttls = await ttlsByKey(connections.command, keys.prefix);
    expect(ttls.get(`${keys.prefix}:rl:{rl}:user:ada`)).toBeGreaterThan(50_000);
    for (const ttl of ttls.values()) expect(ttl).toBeGreaterThan(0);
    await instance.close();
  });

  it('keeps of a limit of 100,000 less than a kilobyte', async () => {
    const instance = await openRedisInstance(createTestRedisPrefix());
    const clock = new SteppedClock();
    const limiter = await openLimiter(instance, clock.nowUs);
    const policy = { name: 'bulk', limit: 100_000, windowMs: 60_000 };
    for (let i = 0; i < 3_000; i += 1) {
      clock.step(20_000);
      await limiter.consume(policy, 'ada', 30);
    }
    const key = `${instance.keys.prefix}:rl:{rl}:bulk:ada`;
    expect(await instance.connections.command.strlen(key)).toBeLessThan(700);
    await instance.close();
  });

  describe('and the rules in TypeScript', () => {
    const policies = fc.record({
      algorithm: fc.constantFrom('sliding-window', 'token-bucket', 'fixed-window'),
      // Above 255 units moments are rounded more coarsely, and stored in another form.
      limit: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 250, max: 400 })),
      windowMs: fc.integer({ min: 20_000, max: 60_000 }),
      blockMs: fc.constantFrom(0, 0, 5_000),
    });
    /** Calls in order: how long after the one before (rarely the clock is set back), and what share of the limit. */
    const steps = fc.array(
      fc.record({
        afterUs: fc.oneof(
          { weight: 9, arbitrary: fc.integer({ min: 0, max: 20_000_000 }) },
          { weight: 1, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.integer({ min: -30_000_000, max: 0 }) },
        ),
        // Small ones for the most part: of large ones a window holds but two or three.
        share: fc.oneof(
          { weight: 3, arbitrary: fc.double({ min: 0, max: 0.3, noNaN: true }) },
          { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
        ),
      }),
      { maxLength: 40 },
    );

    it('decide the same of all arrivals, costs and clocks', async () => {
      const instance = await openRedisInstance(createTestRedisPrefix());
      const clock = new SteppedClock();
      const limiter = await openLimiter(instance, clock.nowUs);
      const lifetimes = new Lifetimes(instance, clock);
      let run = 0;
      await fc.assert(
        fc.asyncProperty(policies, steps, async (figures, sequence) => {
          run += 1;
          const policy = { name: `run-${run}`, ...figures } as RateLimitPolicy;
          const rule = ruleOf(policy);
          const model = new GuardedCount(rule.algorithm);
          const key = `${instance.keys.prefix}:rl:{rl}:${policy.name}:ada`;
          for (const { afterUs, share } of sequence) {
            clock.step(afterUs);
            await lifetimes.pass(key);
            const nowUs = clock.nowUs();
            const cost = Math.max(1, Math.round(share * policy.limit));
            const exceeded = model.waitUs(rule, nowUs, cost) > 0;
            if (exceeded) model.refuse(rule, nowUs);
            else model.take(rule, nowUs, cost);
            expect(await limiter.consume(policy, 'ada', cost)).toEqual({
              allowed: !exceeded,
              exceeded,
              limit: policy.limit,
              remaining: model.remaining(rule, nowUs),
              retryAfterMs: exceeded ? Math.ceil(model.waitUs(rule, nowUs, cost) / 1_000) : 0,
              resetMs: Math.ceil(model.resetUs(rule, nowUs) / 1_000),
            });
            await lifetimes.note(key);
          }
        }),
        {
          numRuns: 1_000,
          examples: [
            // What a refusal leaves behind must last as long as what is taken of it next.
            [
              { algorithm: 'sliding-window', limit: 8, windowMs: 20_000, blockMs: 0 },
              [
                { afterUs: 0, share: 0.1 },
                { afterUs: 15_000_000, share: 0.25 },
                { afterUs: 10_000_000, share: 0.25 },
                { afterUs: 11_000_000, share: 1 },
                { afterUs: 4_000_000, share: 0.1 },
                { afterUs: 6_000_000, share: 0.1 },
              ],
            ],
            // Blocked, the clock is set back by less than a step: what is to come counts as taken at that moment.
            [
              { algorithm: 'sliding-window', limit: 250, windowMs: 20_000, blockMs: 5_000 },
              [
                { afterUs: 0, share: 0 },
                { afterUs: 0, share: 0.998 },
                { afterUs: -92, share: 0 },
                { afterUs: 7_049_334, share: 1 },
              ],
            ],
          ],
        },
      );
      expectShared(limiter);
      await instance.close();
    }, 60_000);
  });
});
