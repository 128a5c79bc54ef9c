import '../../support/quiet.js';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { parseConfig } from '../../../src/config/config.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import type { ConnectionPurpose } from '../../../src/redis/connection/client-options.js';
import type { RedisClient } from '../../../src/redis/connection/create-client.js';
import { RedisConnections } from '../../../src/redis/connection/redis-connections.js';
import { BullQueues } from '../../../src/redis/queues/bullmq/bull-queues.js';
import { JobRunner } from '../../../src/redis/queues/job-runner.js';
import { QueueRegistry } from '../../../src/redis/queues/queue-registry.js';
import { QueueWatchdog } from '../../../src/redis/queues/queue-watchdog.js';
import { defineJob } from '../../../src/redis/queues/job-definition.js';
import { defineQueue } from '../../../src/redis/queues/queue-definition.js';
import { bullBackend, type QueueBackend } from '../../contracts/queues.drivers.js';
import { eventually } from '../../support/eventually.js';
import { MemoryDeadLetters } from '../../support/memory.dead-letters.js';
import { createTestRedisPrefix, testRedisUrl } from '../../support/servers/index.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

function mailQueue() {
  return defineQueue({
    name: `mail-${randomBytes(4).toString('hex')}`,
    jobs: {
      send: defineJob({
        schema: z.object({ to: z.string() }),
        recovery: 'none',
        timeoutMs: 60_000,
      }),
    },
    attempts: 3,
    backoff: { delayMs: 10, maxDelayMs: 10 },
    concurrency: 2,
    rateLimit: null,
    retention: { completedMs: 60_000, completedCount: 10, failedMs: 60_000, failedCount: 10 },
    priority: 'normal',
  });
}

describe('BullMQ when its Redis', () => {
  let proxy: TcpProxy;
  let backend: QueueBackend;

  beforeEach(async () => {
    proxy = new TcpProxy(testRedisUrl());
    await proxy.up();
    backend = await bullBackend({ REDIS_URL: proxy.url });
  });

  afterEach(async () => {
    await backend.close();
    await proxy.down();
  });

  it.each<['away' | 'frozen', () => unknown, number]>([
    ['away', () => proxy.down(), 2_000],
    ['frozen', () => proxy.freeze(), 6_000],
  ])('is %s refuses a job as unavailable within a bounded time', async (_how, fault, withinMs) => {
    const queue = mailQueue();
    const { queues } = backend.createProcess(queue);
    await queues.open();
    await queues.add(queue, 'send', { to: 'before' });
    await fault();
    // The connection may not have noticed yet: the first answer may take longer than the next.
    for (let round = 0; round < 3; round += 1) {
      const askedAt = performance.now();
      const adding = queues.add(queue, 'send', { to: 'ada' });
      await expect(adding).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'queue.unavailable',
      });
      expect(performance.now() - askedAt).toBeLessThan(withinMs);
    }
  });

  it('comes back runs jobs again, and has lost none', async () => {
    const queue = mailQueue();
    const sent: string[] = [];
    const process = backend.createProcess(queue);
    process.queues.process(queue, { send: async ({ payload }) => sent.push(payload.to) });
    await process.start();
    await process.queues.add(queue, 'send', { to: 'before' });
    await eventually(() => expect(sent).toEqual(['before']));
    await process.queues.add(queue, 'send', { to: 'meanwhile' }, { delayMs: 500 });

    await proxy.down();
    await expect(process.queues.add(queue, 'send', { to: 'lost' })).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await proxy.up();

    // How soon is measured by `npm run faults -- queues`: here other suites may have the processors.
    await eventually(() => expect(sent).toEqual(['before', 'meanwhile']), { timeoutMs: 20_000 });
    await eventually(() => process.queues.add(queue, 'send', { to: 'after' }, { id: 'after' }));
    await eventually(() => expect(sent).toEqual(['before', 'meanwhile', 'after']), {
      timeoutMs: 20_000,
    });
  });

  it('is there holds a job for ten seconds at a time, so that it is soon free when its worker dies', async () => {
    const queue = mailQueue();
    const process = backend.createProcess(queue);
    const redis = new Redis(testRedisUrl());
    const heldForMs = new Promise<number>((resolve) => {
      const send = async ({ id }: { id: string }): Promise<void> =>
        resolve(await redis.pttl((await redis.keys(`*:${queue.name}:${id}:lock`))[0] ?? ''));
      process.queues.process(queue, { send });
    });
    await process.start();
    await process.queues.add(queue, 'send', { to: 'ada' });
    expect(await heldForMs).toBeGreaterThan(8_000);
    expect(await heldForMs).toBeLessThanOrEqual(10_000);
    redis.disconnect();
  });

  it('forgot that a worker has a job, and gives it to that worker again: what ran is aborted first', async () => {
    const queue = mailQueue();
    const process = backend.createProcess(queue);
    const redis = new Redis(testRedisUrl());
    const reasons: unknown[] = [];
    let running = 0;
    let most = 0;
    process.queues.process(queue, {
      send: async ({ signal }) => {
        most = Math.max(most, (running += 1));
        if (reasons.length === 0) await once(signal, 'abort');
        reasons.push(signal.reason);
        running -= 1;
      },
    });
    await process.start();
    const { id } = await process.queues.add(queue, 'send', { to: 'ada' });
    await eventually(() => expect(running).toBe(1));
    // As of one whose lock ran out in a freeze, and which the next look for such jobs finds.
    const [lock = ''] = await redis.keys(`*:${queue.name}:${id}:lock`);
    const stalled = lock.replace(`${id}:lock`, 'stalled');
    await redis.multi().del(lock).sadd(stalled, id).del(`${stalled}-check`).exec();
    await eventually(() => expect(reasons).toHaveLength(2), { timeoutMs: 20_000 });
    expect(reasons).toEqual([expect.objectContaining({ code: 'queue.claim_lost' }), undefined]);
    expect(most).toBe(1);
    await eventually(async () => {
      const { counts } = await process.queues.report(queue);
      expect(counts).toMatchObject({ completed: 1, active: 0, failed: 0 });
    });
    redis.disconnect();
  });

  it('thaws runs jobs again within seconds', async () => {
    const queue = mailQueue();
    const sent: string[] = [];
    const process = backend.createProcess(queue);
    process.queues.process(queue, { send: async ({ payload }) => sent.push(payload.to) });
    await process.start();
    await process.queues.add(queue, 'send', { to: 'before' });
    await eventually(() => expect(sent).toEqual(['before']));
    proxy.freeze();
    await expect(process.queues.add(queue, 'send', { to: 'lost' })).rejects.toThrow();
    await proxy.down();
    await proxy.up();
    await eventually(() => process.queues.add(queue, 'send', { to: 'after' }, { id: 'after' }));
    await eventually(() => expect(sent).toContain('after'), { timeoutMs: 20_000 });
  });

  it('is lost to a worker for good: that one is started anew, and the job runs', async () => {
    class Watched extends RedisConnections {
      readonly workers: RedisClient[] = [];

      override create(purpose: ConnectionPurpose): RedisClient {
        const client = super.create(purpose);
        if (purpose === 'worker') this.workers.push(client);
        return client;
      }
    }
    const variables = { REDIS_URL: proxy.url, REDIS_KEY_PREFIX: createTestRedisPrefix() };
    const connections = new Watched(parseConfig(variables));
    const queue = mailQueue();
    const registry = new QueueRegistry();
    registry.declare(queue);
    const correlation = new Correlation();
    const runner = new JobRunner(registry, correlation, new MemoryDeadLetters());
    const config = parseConfig(variables);
    const queues = new BullQueues(registry, correlation, runner, connections, config);
    const patience = { nobodyWorksMs: 1_000, othersWorkMs: 1_000, longestMs: 60_000 };
    const watchdog = new QueueWatchdog(registry, queues, runner, { lookMs: 50, patience });
    const sent: string[] = [];
    queues.process(queue, { send: async ({ payload }) => sent.push(payload.to) });
    await queues.open();
    await queues.start();
    watchdog.start();
    await queues.add(queue, 'send', { to: 'before' });
    await eventually(() => expect(sent).toEqual(['before']));
    // It would wait for it for ever, while its other connection is well and hears of every job.
    connections.workers[0]?.disconnect();
    await queues.add(queue, 'send', { to: 'after' });
    await eventually(() => expect(sent).toEqual(['before', 'after']), { timeoutMs: 20_000 });
    const [state] = watchdog.states();
    expect(state?.restarts).toBeGreaterThan(0);
    watchdog.stop();
    await queues.stop(0);
    await connections.onApplicationShutdown();
  });

  it('was away at the start begins to work as soon as it is there', async () => {
    const queue = mailQueue();
    const { queues } = backend.createProcess(queue);
    await queues.open();
    await queues.add(queue, 'send', { to: 'ada' });
    await proxy.down();

    const sent: string[] = [];
    const worker = backend.createProcess(queue);
    worker.queues.process(queue, { send: async ({ payload }) => sent.push(payload.to) });
    const askedAt = performance.now();
    await worker.start();
    expect(performance.now() - askedAt).toBeLessThan(8_000);
    await proxy.up();
    await eventually(() => expect(sent).toEqual(['ada']), { timeoutMs: 20_000 });
  });

  it.each<['away' | 'frozen', () => unknown]>([
    ['away', () => proxy.down()],
    ['frozen', () => proxy.freeze()],
  ])('is %s stops within a bounded time', async (_how, fault) => {
    const queue = mailQueue();
    const process = backend.createProcess(queue);
    process.queues.process(queue, { send: async () => undefined });
    await process.start();
    await process.queues.add(queue, 'send', { to: 'ada' });
    await fault();
    const askedAt = performance.now();
    await process.queues.stop(10_000);
    expect(performance.now() - askedAt).toBeLessThan(8_000);
  });
});
