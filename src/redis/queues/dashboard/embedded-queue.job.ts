import type { JobState, QueueJob, QueueJobJson } from '@bull-board/api/typings/app';
import type { JobStore, StoredJob } from '../../../kernel/job-store.js';

/** A stored job as the dashboard handles it. */
export class EmbeddedQueueJob implements QueueJob {
  readonly opts: QueueJob['opts'];

  constructor(
    private readonly job: StoredJob,
    private readonly store: JobStore,
    private readonly onDue: () => void,
  ) {
    this.opts = { delay: job.state === 'delayed' ? delayMs(job) : undefined };
  }

  get id(): string {
    return this.job.id;
  }

  async promote(): Promise<void> {
    const { queue, id } = this.job;
    if (!(await this.store.promote(queue, id))) throw new Error(`job ${id} is not delayed`);
    this.onDue();
  }

  async retry(): Promise<void> {
    const { queue, id } = this.job;
    if (!(await this.store.requeue(queue, id))) throw new Error(`job ${id} has not ended`);
    this.onDue();
  }

  async remove(): Promise<void> {
    const { queue, id } = this.job;
    if (await this.store.remove(queue, id)) return;
    throw new Error(`job ${id} is running or gone`);
  }

  async getState(): Promise<JobState> {
    return (await this.store.find(this.job.queue, this.job.id))?.state ?? 'unknown';
  }

  toJSON(): QueueJobJson {
    const { job } = this;
    return {
      id: job.id,
      name: job.name,
      data: job.payload,
      progress: job.progress,
      attemptsMade: job.attemptsMade,
      timestamp: job.createdAt.getTime(),
      processedOn: job.startedAt?.getTime() ?? null,
      finishedOn: job.finishedAt?.getTime() ?? null,
      ...(this.opts.delay !== undefined && { delay: this.opts.delay }),
      failedReason: job.failedReason ?? '',
      stacktrace: [],
      returnvalue: job.result,
      opts: { attempts: job.maxAttempts, correlationId: job.correlationId },
      priority: job.priority,
    };
  }
}

/** Between adding and running, as BullMQ tells it. */
function delayMs(job: StoredJob): number {
  return Math.max(0, job.runAt.getTime() - job.createdAt.getTime());
}
