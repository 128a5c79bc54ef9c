import { randomBytes } from 'node:crypto';
import type { QueueJobJson } from '@bull-board/api/typings/app';
import { z } from 'zod';
import { defineJob, type JobDefinition } from '../../src/redis/queues/job-definition.js';
import { DAY_MS } from '../../src/kernel/duration.js';
import { defineQueue, type QueueDefinition } from '../../src/redis/queues/queue-definition.js';
import type { AddJobOptions, Job, Queues } from '../../src/redis/queues/queues.js';
import { eventually } from '../support/eventually.js';
import type { QueueBackend, QueueProcess } from './queues.drivers.js';

/** A queue of its own per test, with one job. */
export function testQueue({
  timeoutMs = 60_000,
  upgrades = [],
  encrypt = [],
  ...settings
}: Partial<
  Omit<QueueDefinition, 'jobs'> &
    Pick<JobDefinition, 'timeoutMs' | 'upgrades'> & { encrypt: 'name'[] }
> = {}) {
  return defineQueue({
    name: `q-${randomBytes(6).toString('hex')}`,
    jobs: {
      greet: defineJob({
        schema: z.object({ name: z.string() }),
        recovery: 'none',
        timeoutMs,
        upgrades,
        encrypt,
      }),
    },
    attempts: 3,
    backoff: { delayMs: 60, maxDelayMs: 100 },
    concurrency: 4,
    rateLimit: null,
    retention: {
      completedMs: DAY_MS,
      completedCount: 1_000,
      failedMs: DAY_MS,
      failedCount: 1_000,
    },
    priority: 'normal',
    ...settings,
  });
}
export type TestQueue = ReturnType<typeof testQueue>;
export type Greeting = Job<{ name: string }>;

export function greet(
  queues: Queues,
  queue: TestQueue,
  name: string,
  options: AddJobOptions = {},
): Promise<{ id: string }> {
  return queues.add(queue, 'greet', { name }, options);
}

/** Processes of one backend, and what can be seen of their jobs. */
export class QueueBench {
  constructor(readonly backend: QueueBackend) {}

  /** A process that works on the queue. */
  async worker(
    queue: TestQueue,
    process: (job: Greeting) => Promise<unknown>,
  ): Promise<QueueProcess> {
    const created = this.backend.createProcess(queue);
    created.queues.process(queue, { greet: process });
    await created.start();
    return created;
  }

  /** A process that only adds jobs. */
  async producer(...queues: TestQueue[]): Promise<QueueProcess> {
    const created = this.backend.createProcess(...queues);
    await created.queues.open();
    return created;
  }

  /** The job as the dashboard shows it. */
  async look(
    { queues }: QueueProcess,
    queue: TestQueue,
    id: string,
  ): Promise<QueueJobJson & { state: string | undefined }> {
    const board = queues.dashboardAdapter(queue);
    // The state first: what else is known of an ended job does not change any more.
    const state = await (await board.getJob(id))?.getState();
    const job = await board.getJob(id);
    if (job === undefined || job === null) throw new Error(`no job ${id}`);
    return { ...job.toJSON(), state };
  }

  untilState(
    process: QueueProcess,
    queue: TestQueue,
    id: string,
    state: string,
  ): Promise<QueueJobJson> {
    return eventually(async () => {
      const job = await this.look(process, queue, id);
      expect(job.state).toBe(state);
      return job;
    });
  }
}
