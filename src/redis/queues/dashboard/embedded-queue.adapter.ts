import { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type {
  JobCleanStatus,
  JobCounts,
  JobStatus,
  QueueJob,
  QueueJobOptions,
  QueueMetrics,
  Status,
} from '@bull-board/api/typings/app';
import type { JobStore, StoredJobState } from '../../../kernel/job-store.js';
import type { QueueDefinition } from '../queue-definition.js';
import type { Queues } from '../queues.js';
import { hideSealed, shownPayload } from './sealed-payload.js';
import { EmbeddedQueueJob } from './embedded-queue.job.js';

/** What the adapter needs of the driver beside its store. */
export interface EmbeddedQueueControl extends Pick<Queues, 'add'> {
  wake(queue: QueueDefinition): void;
}

const STATES: readonly StoredJobState[] = [
  'active',
  'waiting',
  'waiting-children',
  'completed',
  'failed',
  'delayed',
];
const NO_SCHEDULERS = 'this queue has no job schedulers';

/** Shows a queue of the embedded driver on the dashboard. */
export class EmbeddedQueueAdapter extends BaseAdapter {
  constructor(
    private readonly queue: QueueDefinition,
    private readonly store: JobStore,
    private readonly control: EmbeddedQueueControl,
  ) {
    // `bull` is the plainer of the two types that the dashboard knows: no flows, no waiting children.
    super('bull', { description: 'in this process, from the jobs table' });
    this.setFormatter('data', hideSealed);
  }

  override getName(): string {
    return this.queue.name;
  }

  override async getJob(id: string): Promise<QueueJob | undefined> {
    const job = await this.store.find(this.queue.name, id);
    return job && new EmbeddedQueueJob(job, this.store, () => this.control.wake(this.queue));
  }

  override async getJobs(statuses: JobStatus[], start = 0, end = start + 9): Promise<QueueJob[]> {
    const states = STATES.filter((state) => statuses.includes(state));
    if (states.length === 0) return [];
    const limit = Math.max(0, end - start + 1);
    const jobs = await this.store.list(this.queue.name, states, start, limit);
    const wake = (): void => this.control.wake(this.queue);
    return jobs.map((job) => new EmbeddedQueueJob(job, this.store, wake));
  }

  override async getJobCounts(): Promise<JobCounts> {
    const { oldestWaitingSince: _since, ...counts } = await this.store.counts(this.queue.name);
    return counts;
  }

  override async addJob(name: string, data: unknown, options: QueueJobOptions): Promise<QueueJob> {
    const delayMs = options.delay ?? 0;
    const payload = shownPayload(data);
    const { id } = await this.control.add(this.queue, name, payload, { delayMs });
    const job = await this.getJob(id);
    if (job === undefined) throw new Error(`job ${id} has ended and was removed already`);
    return job;
  }

  override async clean(status: JobCleanStatus, graceMs: number): Promise<void> {
    const state = status === 'wait' ? 'waiting' : status;
    await this.store.clean(this.queue.name, state, graceMs, Number.MAX_SAFE_INTEGER);
  }

  override async empty(): Promise<void> {
    await this.store.clean(this.queue.name, 'waiting', 0, 0);
  }

  override async obliterate(): Promise<void> {
    const { active } = await this.store.counts(this.queue.name);
    // The dashboard knows this very sentence and explains it.
    if (active > 0) throw new Error('Cannot obliterate queue with active jobs');
    for (const state of STATES) await this.store.clean(this.queue.name, state, 0, 0);
  }

  override async promoteAll(): Promise<void> {
    const page = 100;
    for (;;) {
      const delayed = await this.store.list(this.queue.name, ['delayed'], 0, page);
      const due = await Promise.all(
        delayed.map((job) => this.store.promote(this.queue.name, job.id)),
      );
      this.control.wake(this.queue);
      if (delayed.length < page || !due.includes(true)) return;
    }
  }

  override isPaused(): Promise<boolean> {
    return this.store.isPaused(this.queue.name);
  }

  override pause(): Promise<void> {
    return this.store.setPaused(this.queue.name, true);
  }

  override async resume(): Promise<void> {
    await this.store.setPaused(this.queue.name, false);
    this.control.wake(this.queue);
  }

  override getStatuses(): Status[] {
    return ['latest', ...this.getJobStatuses()];
  }

  override getJobStatuses(): JobStatus[] {
    return [...STATES];
  }

  override async getJobLogs(): Promise<string[]> {
    return [];
  }

  override async getMetrics(): Promise<QueueMetrics> {
    return { meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [], count: 0 };
  }

  override async getRedisInfo(): Promise<null> {
    return null;
  }

  override async getGlobalConcurrency(): Promise<null> {
    return null;
  }

  override setGlobalConcurrency(): Promise<void> {
    return Promise.reject(new Error('concurrency is part of the queue definition'));
  }

  override async getJobSchedulers(): Promise<[]> {
    return [];
  }

  override async getJobSchedulersCount(): Promise<number> {
    return 0;
  }

  override async removeJobScheduler(): Promise<boolean> {
    return false;
  }

  override updateJobScheduler(): Promise<never> {
    return Promise.reject(new Error(NO_SCHEDULERS));
  }

  override runJobSchedulerNow(): Promise<never> {
    return Promise.reject(new Error(NO_SCHEDULERS));
  }
}
