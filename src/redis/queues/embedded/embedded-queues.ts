import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import { Logger } from '@nestjs/common';
import type { Correlation } from '../../../kernel/correlation.js';
import type { DeadJob } from '../../../kernel/dead-letters.js';
import type { JobStore, StoredJob } from '../../../kernel/job-store.js';
import { EmbeddedQueueAdapter } from '../dashboard/embedded-queue.adapter.js';
import type { JobRunner } from '../job-runner.js';
import type { NewFlow, NewFlowJob } from '../new-flow.js';
import type { NewJob } from '../new-job.js';
import type { QueueDefinition } from '../queue-definition.js';
import {
  QueueDriver,
  RESTART_GRACE_MS,
  type FoundJob,
  type KeptJob,
  type WaitingState,
} from '../queue-driver.js';
import type { Cancellation } from '../queues.js';
import type { QueueReport, RunningJob } from '../queue-report.js';
import type { QueueRegistry } from '../queue-registry.js';
import { EmbeddedWorker } from './embedded-worker.js';

/** Jobs run in this process, from the job store: no Redis. What is added here starts at once. */
export class EmbeddedQueues extends QueueDriver {
  readonly #logger = new Logger('Jobs');
  readonly #workers = new Map<string, EmbeddedWorker>();

  constructor(
    registry: QueueRegistry,
    correlation: Correlation,
    private readonly runner: JobRunner,
    private readonly store: JobStore,
  ) {
    super(registry, correlation);
  }

  override async open(): Promise<void> {
    // The database module has opened and migrated the store already.
  }

  override marks(): null {
    return null;
  }

  override refusal(): null {
    return null;
  }

  override async start(): Promise<void> {
    for (const queue of this.registry.queues) {
      const orphans = await this.store.endOrphanedLeases(queue.name);
      if (orphans > 0)
        this.#logger.warn(`${orphans} job(s) of "${queue.name}" were interrupted and run again`);
      this.#work(queue);
    }
  }

  override async stop(graceMs: number): Promise<void> {
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.stop(graceMs)));
  }

  override async restart(queue: QueueDefinition): Promise<void> {
    const worker = this.#workers.get(queue.name);
    await worker?.stop(RESTART_GRACE_MS);
    // Unless all was stopped meanwhile.
    if (worker !== undefined && worker === this.#workers.get(queue.name)) this.#work(queue);
  }

  override async mayBegin({ name, rateLimit }: QueueDefinition): Promise<boolean> {
    const dueInMs = await this.store.nextDueInMs(name, rateLimit);
    return dueInMs !== undefined && dueInMs <= 0;
  }

  override async report({ name }: QueueDefinition): Promise<QueueReport> {
    const [counts, paused] = await Promise.all([
      this.store.counts(name),
      this.store.isPaused(name),
    ]);
    const { waiting, delayed, active, completed, failed, oldestWaitingSince } = counts;
    return {
      name,
      counts: { waiting, delayed, active, completed, failed },
      paused,
      oldestWaitingSince,
    };
  }

  override async running({ name }: QueueDefinition, limit: number): Promise<RunningJob[]> {
    const jobs = await this.store.list(name, ['active'], 0, limit);
    return jobs.map((job) => ({
      id: job.id,
      name: job.name,
      attempt: job.attemptsMade,
      percent: job.progress,
      startedAt: job.startedAt,
      correlationId: job.correlationId,
    }));
  }

  override clean(
    queue: QueueDefinition,
    state: 'completed' | 'failed',
    olderThanMs: number,
    limit: number,
  ): Promise<number> {
    return this.store.clean(queue.name, state, olderThanMs, Number.MAX_SAFE_INTEGER, limit);
  }

  override trimCompleted({ name }: QueueDefinition, bytes: number): Promise<number> {
    return this.store.trimCompleted(name, bytes);
  }

  override async setPaused(queue: QueueDefinition, paused: boolean): Promise<void> {
    await this.store.setPaused(queue.name, paused);
    if (!paused) this.wake(queue);
  }

  override async waiting(
    { name }: QueueDefinition,
    states: readonly WaitingState[],
    limit: number,
  ): Promise<KeptJob[]> {
    return (await this.store.list(name, states, 0, limit)).map(deadJobOf);
  }

  override async find({ name }: QueueDefinition, id: string): Promise<FoundJob | undefined> {
    const job = await this.store.find(name, id);
    return job && { state: job.state, job: deadJobOf(job) };
  }

  override async remove(queue: QueueDefinition, ids: readonly string[]): Promise<string[]> {
    const removed = await this.store.removeMany(queue.name, ids);
    // A parent may be due that waited for one of them.
    this.wake(queue);
    return removed;
  }

  override async failed(queue: QueueDefinition, offset: number, limit: number): Promise<DeadJob[]> {
    const jobs = await this.store.list(queue.name, ['failed'], offset, limit);
    return jobs.map(deadJobOf);
  }

  override dashboardAdapter(queue: QueueDefinition): BaseAdapter {
    return new EmbeddedQueueAdapter(queue, this.store, this);
  }

  /** Something of the queue may be due now. */
  wake(queue: QueueDefinition): void {
    this.#workers.get(queue.name)?.wake();
  }

  #work(queue: QueueDefinition): void {
    const worker = new EmbeddedWorker(queue, this.store, this.runner, {
      completedKeptBytes: this.registry.kept.completedKeptBytes,
    });
    this.#workers.set(queue.name, worker);
    worker.start();
  }

  protected override async enqueue(queue: QueueDefinition, job: NewJob): Promise<string> {
    const id = await this.store.add({ ...job, queue: queue.name, maxAttempts: queue.attempts });
    this.wake(queue);
    return id;
  }

  protected override async enqueueFlow({ parent, children }: NewFlow): Promise<void> {
    const stored = ({ queue, job }: NewFlowJob) => ({
      ...job,
      queue: queue.name,
      maxAttempts: queue.attempts,
    });
    await this.store.addFlow(
      stored(parent),
      children.map((child) => ({ ...stored(child), failsParent: child.failsParent })),
    );
    for (const { queue } of children) this.wake(queue);
  }

  protected override async take({ name }: QueueDefinition, id: string): Promise<Cancellation> {
    const found = await this.store.cancel(name, id);
    // Where another process runs it, that one hears of it when it prolongs its lease.
    if (found === 'asked') this.#workers.get(name)?.cancel(id);
    return found;
  }
}

function deadJobOf({ id, attemptsMade, failedReason, ...job }: StoredJob): DeadJob {
  const { queue, name, payload, version, correlationId } = job;
  const reason = failedReason ?? '';
  return {
    queue,
    jobId: id,
    name,
    payload,
    version,
    reason,
    attempts: attemptsMade,
    correlationId,
  };
}
