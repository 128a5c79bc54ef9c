import { Logger } from '@nestjs/common';
import { z } from 'zod';
import { SECOND_MS } from '../../kernel/duration.js';
import { QueueEpochs, type QueueEpoch } from '../../kernel/queue-epochs.js';
import { defineJob } from './job-definition.js';
import { defineQueue } from './queue-definition.js';
import type { QueueDriver } from './queue-driver.js';
import type { QueueMarks } from './queue-marks.js';
import { QueueRecovery } from './queue-recovery.js';
import { QueueRegistry } from './queue-registry.js';

class KnownEpoch extends QueueEpochs {
  constructor(public kept: QueueEpoch) {
    super();
  }
  override find(): Promise<QueueEpoch> {
    return Promise.resolve(this.kept);
  }
  override save(_prefix: string, epoch: QueueEpoch): Promise<void> {
    this.kept = epoch;
    return Promise.resolve();
  }
}

const job = defineJob({ schema: z.object({}), timeoutMs: SECOND_MS, recovery: 'source' });
const queue = defineQueue({
  name: 'lost',
  jobs: { found: job, hidden: job },
  attempts: 1,
  backoff: { delayMs: 1, maxDelayMs: 1 },
  concurrency: 1,
  rateLimit: null,
  retention: { completedMs: 1, completedCount: 1, failedMs: 1, failedCount: 1 },
  priority: 'normal',
});

describe('the recovery of an emptied queue', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    Logger.overrideLogger(false);
  });
  afterEach(() => jest.useRealTimers());

  it('finds each kind of job once, and what could not be found again after longer and longer waits', async () => {
    let standing: string | null = null;
    const marks: QueueMarks = {
      prefix: 'p',
      read: async () => ({ mark: standing, server: 's' }),
      set: async (mark) => ({ mark: (standing ??= mark), server: 's' }),
    };
    const registry = new QueueRegistry();
    registry.declare(queue);
    const ids: string[] = [];
    const triedAt: number[] = [];
    registry.recover('lost', {
      found: async ({ id }) => ids.push(id),
      hidden: async () => {
        triedAt.push(performance.now());
        if (triedAt.length < 4) throw new Error('the database is away');
        return 1;
      },
    });
    const epochs = new KnownEpoch({ mark: 'before', server: 's' });
    const driver = { marks: () => marks } as unknown as QueueDriver;
    const recovery = new QueueRecovery(registry, driver, epochs);
    recovery.start();
    await jest.advanceTimersByTimeAsync(30 * SECOND_MS);

    expect(ids).toHaveLength(1);
    expect(triedAt).toHaveLength(4);
    const [first = 0, , , last = 0] = triedAt;
    // 0.5 to 1 s, 1 to 2 s, 2 to 4 s, and a look a second.
    expect(last - first).toBeGreaterThanOrEqual(3.5 * SECOND_MS);
    expect(epochs.kept).toEqual({ mark: standing, server: 's' });

    // Lost once more: at once, and under another id.
    standing = null;
    await jest.advanceTimersByTimeAsync(2 * SECOND_MS);
    expect(new Set(ids).size).toBe(2);
    await recovery.stop();
  });
});
