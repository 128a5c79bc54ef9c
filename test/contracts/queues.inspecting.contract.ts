import { setTimeout as delay } from 'node:timers/promises';
import { QueueOperations } from '../../src/redis/queues/queue-operations.js';
import { QueueInspector } from '../../src/redis/queues/queue-inspector.js';
import { QueueRegistry } from '../../src/redis/queues/queue-registry.js';
import { eventually } from '../support/eventually.js';
import { greet, testQueue, type QueueBench, type TestQueue } from './queues.setup.js';
import type { QueueProcess } from './queues.drivers.js';

function registryOf(definitions: readonly TestQueue[]): QueueRegistry {
  const registry = new QueueRegistry();
  for (const definition of definitions) registry.declare(definition);
  return registry;
}

function inspectorOf(
  { queues, deadLetters }: QueueProcess,
  ...definitions: TestQueue[]
): QueueInspector {
  return new QueueInspector(registryOf(definitions), queues, deadLetters);
}

function operationsOf(
  { queues, deadLetters }: QueueProcess,
  ...definitions: TestQueue[]
): QueueOperations {
  return new QueueOperations(registryOf(definitions), queues, deadLetters);
}

/** What monitoring sees of the queues, and maintenance does to them. */
export function describeInspecting(bench: () => QueueBench): void {
  it('counts what waits, is delayed and is done, and since when the oldest waits', async () => {
    const queue = testQueue();
    const producer = await bench().producer(queue);
    const inspector = inspectorOf(producer, queue);
    const nothing = { waiting: 0, delayed: 0, active: 0, completed: 0, failed: 0 };
    expect(await inspector.reports()).toEqual([
      { name: queue.name, counts: nothing, paused: false, oldestWaitingSince: null },
    ]);

    const addedAtMs = Date.now();
    await greet(producer.queues, queue, 'Ada', { priority: 'low' });
    await delay(50);
    const laterAtMs = Date.now();
    await greet(producer.queues, queue, 'Grace', { priority: 'critical' });
    await greet(producer.queues, queue, 'Later', { delayMs: 60_000 });
    const [report] = await inspector.reports();
    expect(report?.counts).toEqual({ ...nothing, waiting: 2, delayed: 1 });
    // The oldest, not the one that runs next.
    const since = report?.oldestWaitingSince?.getTime() ?? 0;
    expect(since).toBeGreaterThanOrEqual(addedAtMs - 5);
    expect(since).toBeLessThan(laterAtMs);

    const worker = await bench().worker(queue, async () => 'done');
    await eventually(async () => {
      const [now] = await inspector.reports();
      expect(now?.counts).toEqual({ ...nothing, delayed: 1, completed: 2 });
      expect(now?.oldestWaitingSince).toBeNull();
    });
    await worker.queues.dashboardAdapter(queue).pause();
    expect(await inspector.reports()).toMatchObject([{ paused: true }]);
    await worker.stop();
    await producer.stop();
  });

  it('tells of a promoted job since when it could have run', async () => {
    const queue = testQueue();
    const producer = await bench().producer(queue);
    const inspector = inspectorOf(producer, queue);
    const sinceMs = async () => (await inspector.reports())[0]?.oldestWaitingSince?.getTime();
    const { id: later } = await greet(producer.queues, queue, 'later', { delayMs: 60_000 });
    const { id: now } = await greet(producer.queues, queue, 'now');
    const added = await sinceMs();
    await delay(50);
    const promotedAtMs = Date.now();
    await (await producer.queues.dashboardAdapter(queue).getJob(later))?.promote();
    // Added first, and promoted last.
    expect(await sinceMs()).toBe(added);
    expect(await producer.queues.cancel(queue.name, now)).toBe('removed');
    expect(await sinceMs()).toBeGreaterThanOrEqual(promotedAtMs - 5);
    expect(await sinceMs()).toBeLessThanOrEqual(Date.now() + 5);
    await producer.stop();
  });

  it('tells of a retried job since when it could have run again', async () => {
    const queue = testQueue({ attempts: 1 });
    const worker = await bench().worker(queue, () => Promise.reject(new Error('on purpose')));
    const inspector = inspectorOf(worker, queue);
    const { id } = await greet(worker.queues, queue, 'Ada');
    await bench().untilState(worker, queue, id, 'failed');
    await inspector.setPaused(queue.name, true);
    await delay(50);
    const retriedAtMs = Date.now();
    await (await worker.queues.dashboardAdapter(queue).getJob(id))?.retry('failed');
    const since = (await inspector.reports())[0]?.oldestWaitingSince?.getTime();
    expect(since).toBeGreaterThanOrEqual(retriedAtMs - 5);
    expect(since).toBeLessThanOrEqual(Date.now() + 5);
    await worker.stop();
  });

  it('removes finished jobs that are old enough, each state by its own age', async () => {
    // The age that the queue declares: nothing here waits for a day.
    const queue = testQueue({
      attempts: 1,
      retention: { completedMs: 1, completedCount: 100, failedMs: 60_000, failedCount: 100 },
    });
    const worker = await bench().worker(queue, async ({ payload }) => {
      if (payload.name === 'fails') throw new Error('on purpose');
    });
    const inspector = inspectorOf(worker, queue);
    // BullMQ looks at the age of the others when a job ends: the last one stays.
    await greet(worker.queues, queue, 'fails');
    await greet(worker.queues, queue, 'Ada');
    await eventually(async () => {
      const [report] = await inspector.reports();
      expect(report?.counts).toMatchObject({ active: 0, waiting: 0, failed: 1 });
      expect(report?.counts.completed).toBeGreaterThanOrEqual(1);
    });
    await eventually(async () => {
      const { failed } = await inspector.cleanFinished(queue.name);
      expect(failed).toBe(0);
      expect((await inspector.reports())[0]?.counts).toMatchObject({ completed: 0, failed: 1 });
    });
    await expect(inspector.cleanFinished('no-such')).rejects.toMatchObject({
      code: 'queue.not_declared',
    });
    await worker.stop();
  });

  it('keeps no more bytes of completed jobs than allowed, the latest ones', async () => {
    const queue = testQueue({ concurrency: 1 });
    const worker = await bench().worker(queue, async () => 'x'.repeat(1_000));
    const ids: string[] = [];
    for (const who of ['first', 'second', 'third']) {
      const { id } = await greet(worker.queues, queue, who);
      await bench().untilState(worker, queue, id, 'completed');
      ids.push(id);
    }
    const kept = { completedKeptMs: Infinity, failedKeptMs: Infinity, completedKeptBytes: 2_500 };
    const registry = new QueueRegistry(kept);
    registry.declare(queue);
    const inspector = new QueueInspector(registry, worker.queues, worker.deadLetters);
    expect(await inspector.cleanFinished(queue.name)).toMatchObject({ completed: 1 });
    const board = worker.queues.dashboardAdapter(queue);
    const left = await Promise.all(ids.map(async (id) => (await board.getJob(id)) ?? 'gone'));
    expect(left.map((job) => job === 'gone')).toEqual([true, false, false]);
    expect(await inspector.cleanFinished(queue.name)).toMatchObject({ completed: 0 });
    await worker.stop();
  });

  it('puts a job that failed for good among the dead letters, once, with the reason', async () => {
    const queue = testQueue({ attempts: 2, backoff: { delayMs: 1, maxDelayMs: 1 } });
    const worker = await bench().worker(queue, async () => Promise.reject(new Error('no answer')));
    const { id } = await greet(worker.queues, queue, 'Ada', { correlationId: 'request-1' });
    await bench().untilState(worker, queue, id, 'failed');
    const dead = {
      queue: queue.name,
      jobId: id,
      name: 'greet',
      payload: { name: 'Ada' },
      version: 1,
      reason: 'no answer',
      attempts: 2,
      correlationId: 'request-1',
    };
    expect(worker.deadLetters.kept).toEqual([dead]);

    // Whoever did not see it fail finds it when the queue is cleaned.
    const other = await bench().producer(queue);
    const inspector = inspectorOf(other, queue);
    expect(await inspector.cleanFinished(queue.name)).toMatchObject({ buried: 1 });
    expect(await inspector.cleanFinished(queue.name)).toMatchObject({ buried: 0 });
    expect(other.deadLetters.kept).toEqual([dead]);
    await inspector.removeFailed(queue.name, id);
    expect((await inspector.reports())[0]?.counts.failed).toBe(0);
    const { id: waits } = await greet(other.queues, queue, 'waits', { delayMs: 60_000 });
    await inspector.removeFailed(queue.name, waits);
    expect((await inspector.reports())[0]?.counts.delayed).toBe(1);
    await worker.stop();
  });

  it('looks among the dead letters before it removes what failed, and takes back what ends well', async () => {
    const queue = testQueue({ attempts: 2, backoff: { delayMs: 1, maxDelayMs: 1 } });
    let broken = true;
    const worker = await bench().worker(queue, async () => {
      if (broken) throw new Error('no answer');
    });
    const { id } = await greet(worker.queues, queue, 'Ada');
    await bench().untilState(worker, queue, id, 'failed');
    broken = false;
    const board = worker.queues.dashboardAdapter(queue);
    await (await board.getJob(id))?.retry();
    await bench().untilState(worker, queue, id, 'completed');
    expect(worker.deadLetters.kept).toEqual([]);

    broken = true;
    const again = await greet(worker.queues, queue, 'Grace');
    await bench().untilState(worker, queue, again.id, 'failed');
    const other = await bench().producer(queue);
    expect(await operationsOf(other, queue).clean(queue.name, 'failed', 0)).toEqual({
      removed: 1,
      more: false,
    });
    expect(other.deadLetters.kept).toMatchObject([{ jobId: again.id }]);
    await worker.stop();
  });

  it('begins nothing while paused, and drains what waits but nothing that runs', async () => {
    const queue = testQueue({ concurrency: 1 });
    let letGo: () => void = () => undefined;
    const begun: string[] = [];
    const worker = await bench().worker(queue, async ({ payload }) => {
      begun.push(payload.name);
      await new Promise<void>((resolve) => (letGo = resolve));
    });
    const inspector = inspectorOf(worker, queue);
    const running = await greet(worker.queues, queue, 'runs');
    await eventually(() => expect(begun).toEqual(['runs']));
    await inspector.setPaused(queue.name, true);
    await greet(worker.queues, queue, 'waits');
    await greet(worker.queues, queue, 'is delayed', { delayMs: 60_000 });
    expect(await operationsOf(worker, queue).drain(queue.name)).toEqual({
      removed: 2,
      more: false,
    });
    const [paused] = await inspector.reports();
    expect(paused).toMatchObject({ paused: true, counts: { waiting: 0, delayed: 0, active: 1 } });
    letGo();
    await bench().untilState(worker, queue, running.id, 'completed');
    await inspector.setPaused(queue.name, false);
    await greet(worker.queues, queue, 'comes later');
    await eventually(() => expect(begun).toEqual(['runs', 'comes later']));
    letGo();
    await worker.stop();
  });

  it('removes batch after batch, and buries all that failed before it does', async () => {
    const queue = testQueue({ attempts: 1 });
    const worker = await bench().worker(queue, async ({ payload }) => {
      if (payload.name === 'fails') throw new Error('on purpose');
    });
    const operations = operationsOf(worker, queue);
    const add = (count: number, name: string) =>
      Promise.all(Array.from({ length: count }, () => greet(worker.queues, queue, name)));
    await add(130, 'fails');
    await eventually(async () => {
      expect((await worker.queues.report(queue)).counts.failed).toBe(130);
    });
    worker.deadLetters.kept.length = 0;
    await worker.queues.setPaused(queue, true);
    await add(130, 'waits');
    expect(await operations.clean(queue.name, 'failed', 0)).toEqual({ removed: 130, more: false });
    expect(new Set(worker.deadLetters.kept.map(({ jobId }) => jobId)).size).toBe(130);
    expect((await worker.queues.report(queue)).counts).toMatchObject({ waiting: 130, failed: 0 });
    expect(await operations.drain(queue.name)).toEqual({ removed: 130, more: false });
    expect(await operations.drain(queue.name)).toEqual({ removed: 0, more: false });
    await worker.stop();
  });
}
