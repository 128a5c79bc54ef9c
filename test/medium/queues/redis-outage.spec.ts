import '../../support/quiet.js';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { defineJob } from '../../../src/redis/queues/job-definition.js';
import { defineQueue } from '../../../src/redis/queues/queue-definition.js';
import { bullBackend, type QueueBackend } from '../../contracts/queues.drivers.js';
import { eventually } from '../../support/eventually.js';
import { testRedisUrl } from '../../support/servers/index.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

function mailQueue() {
  return defineQueue({
    name: `mail-${randomBytes(4).toString('hex')}`,
    jobs: { send: defineJob({ schema: z.object({ to: z.string() }), timeoutMs: 60_000 }) },
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

  it('comes back runs jobs again within seconds, and has lost none', async () => {
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

    await eventually(() => expect(sent).toEqual(['before', 'meanwhile']), { timeoutMs: 20_000 });
    await eventually(() => process.queues.add(queue, 'send', { to: 'after' }, { id: 'after' }));
    await eventually(() => expect(sent).toEqual(['before', 'meanwhile', 'after']), {
      timeoutMs: 20_000,
    });
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
