import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import { DeadLetters } from '../../kernel/dead-letters.js';
import { readPayload } from './kept-payload.js';
import { isJobId } from './new-job.js';
import { answered } from './queue-answer.js';
import type { QueueDefinition } from './queue-definition.js';
import { QueueDriver, type KeptJob, type WaitingState } from './queue-driver.js';
import { QueueRegistry } from './queue-registry.js';
import type { Cancellation } from './queues.js';
import { inBatches, type Removal } from './removal.js';

/** Far less than what a backend does within the time that it has to answer. */
const BATCH = 100;

/**
 * What administrators do to jobs, by the API or on the dashboard: what failed stands among the dead letters before it is
 * removed, and what a job that is taken back stands for in the database ends with it.
 */
@Injectable()
export class QueueOperations {
  readonly #logger = new Logger('Jobs');

  constructor(
    private readonly registry: QueueRegistry,
    private readonly driver: QueueDriver,
    private readonly deadLetters: DeadLetters,
  ) {}

  /**
   * Removes what waits or is delayed, for about a second at most.
   * @throws AppError `queue.not_declared`, `queue.unavailable`
   */
  drain(name: string, states: readonly WaitingState[] = ['waiting', 'delayed']): Promise<Removal> {
    const queue = this.registry.get(name);
    return inBatches(() => answered(this.#drainBatch(queue, states)));
  }

  /** Removes jobs that ended so, for about a second at most. @throws AppError `queue.not_declared`, `queue.unavailable` */
  clean(name: string, state: 'completed' | 'failed', olderThanMs: number): Promise<Removal> {
    const queue = this.registry.get(name);
    return inBatches(() => answered(this.#cleanBatch(queue, state, olderThanMs)));
  }

  /** Takes a job back, wherever it is. @throws AppError `queue.not_declared`, `queue.unavailable` */
  async cancel(name: string, id: string): Promise<Cancellation> {
    const queue = this.registry.get(name);
    if (!isJobId(id)) return 'gone';
    const found = await answered(this.driver.find(queue, id));
    const outcome = await this.driver.cancel(name, id);
    if (outcome !== 'gone' && found?.job) await answered(this.#endSources(queue, [found.job]));
    return outcome;
  }

  /** Removes a job in whatever state, but none that runs. @throws AppError `queue.not_declared`, `queue.job_runs`, `queue.unavailable` */
  async remove(name: string, id: string): Promise<void> {
    const queue = this.registry.get(name);
    const found = await answered(this.driver.find(queue, id));
    switch (found?.state) {
      case undefined:
        return;
      case 'active':
        throw new AppError('conflict', 'queue.job_runs', 'The job runs: cancel it.');
      case 'completed':
      case 'failed':
        if (found.state === 'failed' && found.job) {
          await answered(this.deadLetters.recordMissing([found.job]));
        }
        await answered(this.driver.remove(queue, [id]));
        return;
      default:
        await this.cancel(name, id);
    }
  }

  /**
   * To be called before a failed job runs again in its own place: it is no dead letter any more.
   * @throws AppError `queue.replayed` when it was replayed already; `queue.not_declared`, `queue.unavailable`
   */
  async assertRetriable(name: string, id: string): Promise<void> {
    const queue = this.registry.get(name);
    if (await answered(this.deadLetters.withdraw(queue.name, id))) return;
    throw new AppError('conflict', 'queue.replayed', 'The job was added again already.');
  }

  async #drainBatch(queue: QueueDefinition, states: readonly WaitingState[]): Promise<Removal> {
    const waiting = await this.driver.waiting(queue, states, BATCH);
    const ids = waiting.map(({ jobId }) => jobId);
    const removed = new Set(await this.driver.remove(queue, ids));
    await this.#endSources(
      queue,
      waiting.filter(({ jobId }) => removed.has(jobId)),
    );
    return { removed: removed.size, more: waiting.length > 0 };
  }

  async #cleanBatch(
    queue: QueueDefinition,
    state: 'completed' | 'failed',
    olderThanMs: number,
  ): Promise<Removal> {
    if (state === 'failed') await this.#buryOldest(queue);
    const removed = await this.driver.clean(queue, state, olderThanMs, BATCH);
    return { removed, more: removed === BATCH };
  }

  /** Those that the next batch may remove; the list begins with the latest, and others may fail meanwhile. */
  async #buryOldest(queue: QueueDefinition): Promise<void> {
    const { counts } = await this.driver.report(queue);
    const offset = Math.max(0, counts.failed - BATCH);
    const failed = await this.driver.failed(queue, offset, 2 * BATCH);
    await this.deadLetters.recordMissing(failed.filter((job) => job !== null));
  }

  /** After the removal, so that nothing ends whose job runs; a finder that comes in between adds a job with nothing to do. */
  async #endSources(queue: QueueDefinition, jobs: readonly KeptJob[]): Promise<void> {
    for (const job of jobs) {
      const end = this.registry.findTakenBack(queue.name, job.name);
      const payload = end && this.#read(queue, job);
      if (payload !== undefined) await end?.(payload);
    }
  }

  /** undefined: nobody could have run it, so it stands for nothing. */
  #read(queue: QueueDefinition, job: KeptJob): unknown {
    try {
      return readPayload(queue, job, this.registry.keys);
    } catch (error) {
      this.#logger.warn({ message: 'a job was taken back unread', jobId: job.jobId, err: error });
      return undefined;
    }
  }
}
