import { Injectable } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import { DeadLetters, type DeadJob } from '../../kernel/dead-letters.js';
import { DAY_MS } from '../../kernel/duration.js';
import { NEWER_VERSION } from './job-definition.js';
import { newJob } from './new-job.js';
import { answered, unavailable } from './queue-answer.js';
import type { QueueDefinition } from './queue-definition.js';
import { QueueDriver } from './queue-driver.js';
import { QueueRegistry } from './queue-registry.js';
import type { QueueReport, RunningJob } from './queue-report.js';

const DEAD_KEPT_MS = 30 * DAY_MS;
/** Failed jobs that are looked at together. */
const FAILED_PAGE = 200;
const MAX_FAILED_PAGES = 100;
/** Jobs that one statement removes: the backend does little else meanwhile. */
const CLEAN_BATCH = 1_000;
/** Of a queue, to look at. */
const MAX_RUNNING = 100;

/** What monitoring and maintenance see and do of the queues, whichever backend runs them. */
@Injectable()
export class QueueInspector {
  constructor(
    private readonly registry: QueueRegistry,
    private readonly driver: QueueDriver,
    private readonly deadLetters: DeadLetters,
  ) {}

  /** All declared queues; complete once all modules are initialised. */
  get names(): string[] {
    return this.registry.queues.map(({ name }) => name);
  }

  /** The code of why no job is taken or run at this moment, though the backend answers; null: they are. */
  async refusal(): Promise<string | null> {
    return (await this.driver.refusal())?.code ?? null;
  }

  /** @throws AppError `queue.unavailable` when the backend does not answer within 2 s. */
  reports(): Promise<QueueReport[]> {
    return answered(Promise.all(this.registry.queues.map((queue) => this.driver.report(queue))));
  }

  /** What runs in all processes, at most 100 of a queue. @throws AppError `queue.unavailable` */
  async running(): Promise<(RunningJob & { readonly queue: string })[]> {
    const { queues } = this.registry;
    const jobs = await answered(
      Promise.all(queues.map((queue) => this.driver.running(queue, MAX_RUNNING))),
    );
    return queues.flatMap(({ name: queue }, index) =>
      (jobs[index] ?? []).map((job) => ({ queue, ...job })),
    );
  }

  /** @throws AppError `queue.not_declared`, `queue.unavailable` */
  setPaused(name: string, paused: boolean): Promise<void> {
    return answered(this.driver.setPaused(this.registry.get(name), paused));
  }

  /** @throws AppError `queue.not_declared`, `queue.unavailable` */
  async removeFailed(name: string, id: string): Promise<void> {
    const queue = this.registry.get(name);
    const found = await answered(this.driver.find(queue, id));
    if (found?.state === 'failed') await answered(this.driver.remove(queue, [id]));
  }

  /** Whether the job could be added to its queue; one of a later release can be, by a process of that one. */
  accepts({
    queue,
    name,
    payload,
    version,
  }: Pick<DeadJob, 'queue' | 'name' | 'payload' | 'version'>): boolean {
    try {
      newJob(this.registry.get(queue), name, payload, { version }, '', this.registry.keys);
      return true;
    } catch (error) {
      return error instanceof AppError && error.code === NEWER_VERSION;
    }
  }

  /**
   * Removes the finished jobs that nobody needs any more. BullMQ itself looks at their age only when another
   * job of the queue ends: those of a quiet queue would be kept for ever. Failed ones stand among the dead letters by
   * then, also where no runner saw the failure: of a worker that was lost too often.
   * @throws AppError `queue.not_declared`, `queue.unavailable`
   */
  async cleanFinished(name: string): Promise<CleanedQueue> {
    const queue = this.registry.get(name);
    const { completedMs, failedMs } = queue.retention;
    try {
      const buried = await this.#buryMissing(queue);
      const completed = await this.#cleanAll(queue, 'completed', completedMs);
      const { completedKeptBytes } = this.registry.kept;
      return {
        buried,
        completed: completed + (await this.driver.trimCompleted(queue, completedKeptBytes)),
        failed: await this.#cleanAll(queue, 'failed', failedMs),
        forgotten: await this.deadLetters.forget(name, DEAD_KEPT_MS),
      };
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /** In a job, which has the time. */
  async #cleanAll(
    queue: QueueDefinition,
    state: 'completed' | 'failed',
    olderThanMs: number,
  ): Promise<number> {
    let removed = 0;
    for (let batch = CLEAN_BATCH; batch === CLEAN_BATCH; removed += batch) {
      batch = await this.driver.clean(queue, state, olderThanMs, CLEAN_BATCH);
    }
    return removed;
  }

  async #buryMissing(queue: QueueDefinition): Promise<number> {
    let buried = 0;
    for (let page = 0; page < MAX_FAILED_PAGES; page += 1) {
      const failed = await this.driver.failed(queue, page * FAILED_PAGE, FAILED_PAGE);
      buried += await this.deadLetters.recordMissing(failed.filter((job) => job !== null));
      if (failed.length < FAILED_PAGE) break;
    }
    return buried;
  }
}

/** How many of a queue's jobs a cleaning removed, and added to and removed from the dead letters. */
export interface CleanedQueue {
  readonly completed: number;
  readonly failed: number;
  readonly buried: number;
  readonly forgotten: number;
}
