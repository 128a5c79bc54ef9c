import { z } from 'zod';
import { defineJob } from '../../src/redis/queues/job-definition.js';
import { AppError, type ErrorKind } from '../../src/kernel/app-error.js';
import { greet, type QueueBench, testQueue } from './queues.setup.js';

/** What follows an attempt that fails. */
export function describeFailing(bench: () => QueueBench): void {
  it('tries a failing job again with growing pauses, then keeps it as failed with the reason', async () => {
    const queue = testQueue({ backoff: { delayMs: 200, maxDelayMs: 300 } });
    const runs: { attempt: number; at: number }[] = [];
    const process = await bench().worker(queue, async ({ attempt }) => {
      runs.push({ attempt, at: performance.now() });
      throw new AppError('unavailable', 'mail.unreachable', 'no answer');
    });
    const { id } = await greet(process.queues, queue, 'Ada');
    const ended = await bench().untilState(process, queue, id, 'failed');
    expect(runs.map((run) => run.attempt)).toEqual([1, 2, 3]);
    const [first, second, third] = runs.map((run) => run.at) as [number, number, number];
    // The upper half of 200 ms, then of 300 ms: the cap, where doubling would say 400.
    expect(second - first).toBeGreaterThanOrEqual(95);
    expect(third - second).toBeGreaterThanOrEqual(145);
    expect(third - second).toBeLessThan(2_000);
    expect(ended).toMatchObject({ failedReason: 'mail.unreachable: no answer', attemptsMade: 3 });
    await process.stop();
  });

  it('completes a job that succeeds after failures', async () => {
    const queue = testQueue();
    const process = await bench().worker(queue, async ({ attempt }) => {
      if (attempt < 3) throw new Error('not yet');
    });
    const { id } = await greet(process.queues, queue, 'Ada');
    await bench().untilState(process, queue, id, 'completed');
    await process.stop();
  });

  it.each<ErrorKind>(['invalid', 'not_found', 'forbidden', 'conflict', 'unprocessable'])(
    'does not try again after an error of kind %s',
    async (kind) => {
      const queue = testQueue();
      let runs = 0;
      const process = await bench().worker(queue, async () => {
        runs += 1;
        throw new AppError(kind, 'some.reason', 'will not change');
      });
      const { id } = await greet(process.queues, queue, 'Ada');
      const ended = await bench().untilState(process, queue, id, 'failed');
      expect(ended.failedReason).toBe('some.reason: will not change');
      expect(runs).toBe(1);
      await process.stop();
    },
  );

  it('tries again when a lock was held by someone else', async () => {
    const queue = testQueue();
    const process = await bench().worker(queue, async ({ attempt }) => {
      if (attempt === 1) throw new AppError('conflict', 'lock.not_acquired', 'held');
    });
    const { id } = await greet(process.queues, queue, 'Ada');
    await bench().untilState(process, queue, id, 'completed');
    await process.stop();
  });

  it('fails a job whose payload no longer fits, without trying again and without running it', async () => {
    const before = testQueue();
    const schema = z.object({ name: z.string(), title: z.string() });
    const after = {
      ...before,
      jobs: { greet: defineJob({ schema, recovery: 'none', timeoutMs: 60_000 }) },
    };
    const { id } = await greet((await bench().producer(before)).queues, before, 'Ada');
    let runs = 0;
    const process = bench().backend.createProcess(after);
    process.queues.process(after, { greet: async () => (runs += 1) });
    await process.start();
    const ended = await bench().untilState(process, before, id, 'failed');
    expect(ended).toMatchObject({
      attemptsMade: 1,
      failedReason: expect.stringContaining('queue.invalid_payload'),
    });
    expect(runs).toBe(0);
    await process.stop();
  });

  it('keeps the reason of any failure, without what cannot be kept and at a bounded length', async () => {
    const queue = testQueue({ attempts: 1 });
    const process = await bench().worker(queue, async () => {
      throw new Error(`a\0b${'x'.repeat(5_000)}`);
    });
    const { id } = await greet(process.queues, queue, 'Ada');
    const { failedReason } = await bench().untilState(process, queue, id, 'failed');
    expect(failedReason).toMatch(/^abx{900,1000}$/);
    await process.stop();
  });
}
