import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import { Logger } from '@nestjs/common';
import type { Correlation } from '../../../kernel/correlation.js';
import type { DeadJob } from '../../../kernel/dead-letters.js';
import type { JobStore, StoredJob } from '../../../kernel/job-store.js';
import { EmbeddedQueueAdapter } from '../dashboard/embedded-queue.adapter.js';
import type { JobRunner } from '../job-runner.js';
import type { NewJob } from '../new-job.js';
import type { QueueDefinition } from '../queue-definition.js';
import { QueueDriver } from '../queue-driver.js';
import type { Cancellation } from '../queues.js';
import type { QueueReport } from '../queue-report.js';
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

  override async start(): Promise<void> {
    for (const queue of this.registry.queues) {
      const orphans = await this.store.endOrphanedLeases(queue.name);
      if (orphans > 0)
        this.#logger.warn(`${orphans} job(s) of "${queue.name}" were interrupted and run again`);
      const worker = new EmbeddedWorker(queue, this.store, this.runner);
      this.#workers.set(queue.name, worker);
      worker.start();
    }
  }

  override async stop(graceMs: number): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop(graceMs)));
    this.#workers.clear();
  }

  override async report({ name }: QueueDefinition): Promise<QueueReport> {
    const [counts, paused] = await Promise.all([
      this.store.counts(name),
      this.store.isPaused(name),
    ]);
    // The list begins with the latest.
    const [oldest] =
      counts.waiting > 0 ? await this.store.list(name, ['waiting'], counts.waiting - 1, 1) : [];
    return { name, counts, paused, oldestWaitingSince: oldest?.runAt ?? null };
  }

  override clean(
    queue: QueueDefinition,
    state: 'completed' | 'failed',
    olderThanMs: number,
  ): Promise<number> {
    return this.store.clean(queue.name, state, olderThanMs, Number.MAX_SAFE_INTEGER);
  }

  override async setPaused(queue: QueueDefinition, paused: boolean): Promise<void> {
    await this.store.setPaused(queue.name, paused);
    if (!paused) this.wake(queue);
  }

  override async drain({ name }: QueueDefinition): Promise<number> {
    const states = ['waiting', 'delayed'] as const;
    const removed = await Promise.all(states.map((state) => this.store.clean(name, state, 0, 0)));
    return removed.reduce((total, count) => total + count, 0);
  }

  override async failed(queue: QueueDefinition, offset: number, limit: number): Promise<DeadJob[]> {
    const jobs = await this.store.list(queue.name, ['failed'], offset, limit);
    return jobs.map(deadJobOf);
  }

  override async removeFailed({ name }: QueueDefinition, id: string): Promise<void> {
    const job = await this.store.find(name, id);
    if (job?.state === 'failed') await this.store.remove(name, id);
  }

  override dashboardAdapter(queue: QueueDefinition): BaseAdapter {
    return new EmbeddedQueueAdapter(queue, this.store, this);
  }

  /** Something of the queue may be due now. */
  wake(queue: QueueDefinition): void {
    this.#workers.get(queue.name)?.wake();
  }

  protected override async enqueue(queue: QueueDefinition, job: NewJob): Promise<string> {
    const id = await this.store.add({ ...job, queue: queue.name, maxAttempts: queue.attempts });
    this.wake(queue);
    return id;
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
