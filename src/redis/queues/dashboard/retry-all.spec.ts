import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { QueueJob } from '@bull-board/api/typings/app';
import { AppError } from '../../../kernel/app-error.js';
import { retryAll } from './retry-all.js';

const REPLAYED = new AppError('conflict', 'queue.replayed', 'The job was added again already.');
const AWAY = new AppError('unavailable', 'queue.unavailable', 'the queues do not answer');

/** A queue of so many failed jobs, the latest first; `retry` says what becomes of each. */
function failedJobs(count: number, retry: (id: number) => 'runs' | 'fails again' | AppError) {
  const failed = Array.from({ length: count }, (_, index) => count - index);
  const retried: number[] = [];
  const jobOf = (id: number): QueueJob =>
    ({
      toJSON: () => ({ id: String(id) }),
      retry: async () => {
        const outcome = retry(id);
        if (outcome instanceof AppError) throw outcome;
        retried.push(id);
        failed.splice(failed.indexOf(id), 1);
        if (outcome === 'fails again') failed.unshift(id);
      },
    }) as unknown as QueueJob;
  const queue = {
    getJobCounts: () => Promise.resolve({ failed: failed.length }),
    getJobs: (_states: unknown, start: number, end: number) =>
      Promise.resolve(failed.slice(start, end + 1).map(jobOf)),
  } as unknown as Pick<BaseAdapter, 'getJobs' | 'getJobCounts'>;
  return { queue, retried };
}

describe('retrying all that failed', () => {
  it('leaves out what was replayed, and goes on with the others, beyond the first hundred', async () => {
    const { queue, retried } = failedJobs(350, (id) => (id % 10 === 0 ? REPLAYED : 'runs'));
    expect(await retryAll(queue, 'failed')).toEqual({ retried: 315, skipped: 35 });
    expect(retried).toHaveLength(315);
  });

  it('reaches those behind more than a hundred that cannot be retried', async () => {
    const { queue } = failedJobs(250, (id) => (id <= 120 || id > 130 ? REPLAYED : 'runs'));
    expect(await retryAll(queue, 'failed')).toEqual({ retried: 10, skipped: 240 });
  });

  it('retries each once, however quickly it fails again', async () => {
    const { queue, retried } = failedJobs(250, () => 'fails again');
    expect(await retryAll(queue, 'failed')).toEqual({ retried: 250, skipped: 0 });
    expect(new Set(retried).size).toBe(250);
  });

  it('ends in time, and says that some are left', async () => {
    let now = 0;
    const { queue } = failedJobs(1_000, () => 'runs');
    expect(await retryAll(queue, 'failed', () => (now += 5_000))).toEqual({
      retried: 300,
      skipped: 700,
    });
  });

  it('says that the queue is away, unless something was retried before', async () => {
    await expect(retryAll(failedJobs(3, () => AWAY).queue, 'failed')).rejects.toBe(AWAY);
    const { queue } = failedJobs(150, (id) => (id > 100 ? AWAY : 'runs'));
    expect(await retryAll(queue, 'failed')).toEqual({ retried: 100, skipped: 50 });
  });
});
