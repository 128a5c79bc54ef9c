import '../support/quiet.js';
import type { RateLimiter, RateLimitPolicy } from '../../src/kernel/rate-limiter.js';
import {
  RedisRateLimiter,
  type RedisRateLimiterOptions,
} from '../../src/redis/rate-limit/redis.rate-limiter.js';
import { eventually } from '../support/eventually.js';
import { NO_REDIS_URL, openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix, testRedisUrl } from '../support/servers/index.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const CALL_TIMEOUT_MS = 300;
const policy: RateLimitPolicy = { name: 'login', limit: 6, windowMs: 600_000 };

/** One process, whose way to Redis can be broken. */
interface Process {
  readonly limiter: RedisRateLimiter;
  readonly proxy: TcpProxy;
  readonly instance: RedisInstance;
}

const proxies = new Set<TcpProxy>();
afterEach(async () => {
  await Promise.all([...proxies].map((proxy) => proxy.down()));
  proxies.clear();
});

async function openProcess(
  prefix: string,
  more: Partial<RedisRateLimiterOptions> = {},
): Promise<Process> {
  const proxy = new TcpProxy(testRedisUrl());
  proxies.add(proxy);
  await proxy.up();
  const instance = await openRedisInstance(prefix, proxy.url);
  const { connections, keys } = instance;
  const options = { callTimeoutMs: CALL_TIMEOUT_MS, ...more };
  const limiter = await new RedisRateLimiter(connections, keys, options).start();
  return { limiter, proxy, instance };
}

async function openProcesses(count: number): Promise<Process[]> {
  const prefix = createTestRedisPrefix();
  const processes: Process[] = [];
  for (let i = 0; i < count; i += 1) processes.push(await openProcess(prefix));
  await eventually(() => {
    for (const { limiter } of processes) expect(limiter.status().instances).toBe(count);
  });
  return processes;
}

const untilMode = (mode: string, ...limiters: readonly RateLimiter[]): Promise<void> =>
  eventually(() => {
    for (const limiter of limiters) expect(limiter.status().mode).toBe(mode);
  });

/** How many of so many calls are let through. */
async function admitted(limiter: RateLimiter, times: number, of = policy): Promise<number> {
  let count = 0;
  for (let i = 0; i < times; i += 1) {
    if ((await limiter.consume(of, 'ada')).allowed) count += 1;
  }
  return count;
}

/** Redis forgets all that is under the prefix. */
async function lose({ connections, keys }: RedisInstance): Promise<void> {
  const lost = await connections.command.keys(`${keys.prefix}:*`);
  if (lost.length > 0) await connections.command.del(lost);
}

describe('a rate limiter while Redis is away', () => {
  it('counts in the process from the start', async () => {
    const { connections, keys, close } = await openRedisInstance(
      createTestRedisPrefix(),
      NO_REDIS_URL,
    );
    const options = { callTimeoutMs: CALL_TIMEOUT_MS, instances: 3 };
    const limiter = await new RedisRateLimiter(connections, keys, options).start();
    expect(await admitted(limiter, 10)).toBe(2);
    expect(limiter.status()).toMatchObject({ mode: 'local', instances: 3, owedSubjects: 1 });
    await expect(limiter.consume(policy, 'ada', 7)).rejects.toMatchObject({
      code: 'rate_limit.invalid',
    });
    await close();
  });

  it('waits for a frozen one once, and then no more', async () => {
    const [{ limiter, proxy }] = (await openProcesses(1)) as [Process];
    proxy.freeze();
    const startedAtMs = performance.now();
    expect(await admitted(limiter, 40)).toBe(6);
    // 40 time-outs would be 12 s.
    expect(performance.now() - startedAtMs).toBeLessThan(10 * CALL_TIMEOUT_MS);
  });

  it('lets nobody who was queued behind a frozen call wait for longer than that call', async () => {
    const [{ limiter, proxy }] = (await openProcesses(1)) as [Process];
    proxy.freeze();
    const startedAtMs = performance.now();
    // More than there are commands under way at a time.
    const crowd = { ...policy, limit: 100 };
    const all = await Promise.all(
      Array.from({ length: 2_000 }, () => limiter.consume(crowd, 'ada')),
    );
    expect(all.filter(({ allowed }) => allowed)).toHaveLength(100);
    expect(performance.now() - startedAtMs).toBeLessThan(10 * CALL_TIMEOUT_MS);
  });

  it('lets one process go on to the unit where it was', async () => {
    const [{ limiter, proxy }] = (await openProcesses(1)) as [Process];
    expect(await admitted(limiter, 4)).toBe(4);
    await proxy.down();
    expect(await admitted(limiter, 10)).toBe(2);
    await proxy.up();
    await untilMode('shared', limiter);
    expect(await admitted(limiter, 10)).toBe(0);
  });

  it('shares each limit among the processes there were', async () => {
    const processes = await openProcesses(3);
    await Promise.all(processes.map(({ proxy }) => proxy.down()));
    const counts = [];
    for (const { limiter } of processes) counts.push(await admitted(limiter, 10));
    expect(counts).toEqual([2, 2, 2]);
  });

  it('shares no limit with processes that take no calls', async () => {
    const prefix = createTestRedisPrefix();
    const worker = await openProcess(prefix, { takesCalls: false });
    expect(worker.limiter.status().instances).toBe(1);
    const apis = [await openProcess(prefix), await openProcess(prefix)];
    const all = [worker, ...apis];
    await eventually(() => {
      for (const { limiter } of all) expect(limiter.status().instances).toBe(2);
    });
    await Promise.all(all.map(({ proxy }) => proxy.down()));
    for (const { limiter } of apis) expect(await admitted(limiter, 10)).toBe(3);
  });

  it('leaves each process one call where the limit is below their number', async () => {
    const processes = await openProcesses(3);
    await Promise.all(processes.map(({ proxy }) => proxy.down()));
    for (const { limiter } of processes) {
      expect(await admitted(limiter, 5, { ...policy, limit: 2 })).toBe(1);
    }
  });

  it('takes from all limits of a call or from none', async () => {
    const [{ limiter, proxy }] = (await openProcesses(1)) as [Process];
    await proxy.down();
    const ip = { ...policy, name: 'ip', limit: 1 };
    const ask = () =>
      limiter.consumeAll([
        { policy: ip, subject: 'a' },
        { policy, subject: 'ada' },
      ]);
    expect((await ask()).allowed).toBe(true);
    for (let i = 0; i < 5; i += 1) expect((await ask()).allowed).toBe(false);
    expect(await admitted(limiter, 10)).toBe(5);
  });

  it('refuses nothing by a policy that is open, and counts it up to the limit', async () => {
    const [{ limiter, proxy }] = (await openProcesses(1)) as [Process];
    await proxy.down();
    const open = { ...policy, whenAway: 'open' as const };
    expect(await admitted(limiter, 50, open)).toBe(50);
    await proxy.up();
    await untilMode('shared', limiter);
    expect(await admitted(limiter, 10, open)).toBe(0);
  });
});

describe('a rate limiter when Redis is back', () => {
  it('tells the others what it let through, before it asks again', async () => {
    const [cutOff, other] = (await openProcesses(2)) as [Process, Process];
    await cutOff.proxy.down();
    expect(await admitted(cutOff.limiter, 10)).toBe(3);
    expect(cutOff.limiter.status().owedSubjects).toBe(1);
    await cutOff.proxy.up();
    await untilMode('shared', cutOff.limiter);
    expect(cutOff.limiter.status().owedSubjects).toBe(0);
    const { remaining } = await other.limiter.consume(policy, 'ada');
    expect(remaining).toBe(2);
  });

  it('counts what it let through as of when it was', async () => {
    const [{ limiter, proxy }] = (await openProcesses(1)) as [Process];
    const brief = { ...policy, windowMs: 60_000 };
    await proxy.down();
    expect(await admitted(limiter, 10, brief)).toBe(6);
    const takenAtMs = performance.now();
    await eventually(() => expect(performance.now() - takenAtMs).toBeGreaterThan(1_500));
    await proxy.up();
    await untilMode('shared', limiter);
    const { resetMs } = await limiter.consume(brief, 'ada');
    expect(resetMs).toBeLessThan(59_000);
  });

  it.each(['token-bucket', 'fixed-window'] as const)('counts it by a %s too', async (algorithm) => {
    const [cutOff, other] = (await openProcesses(2)) as [Process, Process];
    const any = { ...policy, algorithm };
    await cutOff.limiter.consume(any, 'ada');
    await cutOff.proxy.down();
    // Its share is 3 of 6, one of which it has had.
    expect(await admitted(cutOff.limiter, 10, any)).toBe(2);
    await cutOff.proxy.up();
    await untilMode('shared', cutOff.limiter);
    expect(await other.limiter.consume(any, 'ada')).toMatchObject({ remaining: 2 });
  });

  it('tells it again what it has lost, each process what it knows', async () => {
    const processes = (await openProcesses(2)) as [Process, Process];
    const [here, there] = processes;
    expect(await admitted(here.limiter, 2)).toBe(2);
    expect(await admitted(there.limiter, 3)).toBe(3);
    await lose(here.instance);
    // Noticed with the next check, or the next sign of life.
    await eventually(() => {
      for (const { limiter } of processes) {
        expect(limiter.status()).toMatchObject({ mode: 'shared', losses: 1 });
      }
    });
    expect(await admitted(here.limiter, 10)).toBe(1);
  });

  it('never lets more through for a loss while only one process counts', async () => {
    const [{ limiter, instance }] = (await openProcesses(1)) as [Process];
    let count = 0;
    for (let i = 0; i < 20; i += 1) {
      if ((await limiter.consume(policy, 'ada')).allowed) count += 1;
      await lose(instance);
    }
    expect(count).toBe(6);
  });

  it('takes no larger share because it is the first to be back', async () => {
    const processes = await openProcesses(3);
    const [first] = processes as [Process];
    await Promise.all(processes.map(({ proxy }) => proxy.down()));
    await untilMode('local', ...processes.map(({ limiter }) => limiter));
    await first.proxy.up();
    await untilMode('shared', first.limiter);
    await lose(first.instance);
    await eventually(() =>
      expect(first.limiter.status()).toMatchObject({ mode: 'shared', losses: 1 }),
    );
    await first.proxy.down();
    expect(await admitted(first.limiter, 10)).toBe(2);
  });

  it('forgets a process that has gone', async () => {
    const [gone, other] = (await openProcesses(2)) as [Process, Process];
    await gone.limiter.beforeApplicationShutdown();
    await eventually(() => expect(other.limiter.status().instances).toBe(1));
  });
});
