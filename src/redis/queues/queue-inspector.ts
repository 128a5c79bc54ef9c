import { Injectable } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import { DAY_MS } from '../../kernel/duration.js';
import { settlesWithin } from '../../kernel/deadline.js';
import { QueueDriver } from './queue-driver.js';
import { QueueRegistry } from './queue-registry.js';
import type { QueueReport } from './queue-report.js';

const REPORT_MS = 2_000;
/** A job that went well is of interest to nobody after a day; a failed one for as long as its queue declares. */
const COMPLETED_KEPT_MS = DAY_MS;

/** What monitoring and maintenance see and do of the queues, whichever backend runs them. */
@Injectable()
export class QueueInspector {
  constructor(
    private readonly registry: QueueRegistry,
    private readonly driver: QueueDriver,
  ) {}

  /** All declared queues; complete once all modules are initialised. */
  get names(): string[] {
    return this.registry.queues.map(({ name }) => name);
  }

  /** @throws AppError `queue.unavailable` when the backend does not answer within 2 s. */
  async reports(): Promise<QueueReport[]> {
    const reports = Promise.all(this.registry.queues.map((queue) => this.driver.report(queue)));
    if (!(await settlesWithin(reports, REPORT_MS))) throw unavailable();
    return reports.catch((cause: unknown) => {
      throw unavailable(cause);
    });
  }

  /**
   * Removes the finished jobs that nobody needs any more. BullMQ itself looks at their age only when another
   * job of the queue ends: those of a quiet queue would be kept for ever.
   * @returns how many
   * @throws AppError `queue.not_declared`, `queue.unavailable`
   */
  async cleanFinished(name: string): Promise<{ completed: number; failed: number }> {
    const queue = this.registry.get(name);
    const { completedMs, failedMs } = queue.retention;
    try {
      return {
        completed: await this.driver.clean(
          queue,
          'completed',
          Math.min(completedMs, COMPLETED_KEPT_MS),
        ),
        failed: await this.driver.clean(queue, 'failed', failedMs),
      };
    } catch (cause) {
      throw unavailable(cause);
    }
  }
}

function unavailable(cause?: unknown): AppError {
  return new AppError('unavailable', 'queue.unavailable', 'the queues do not answer', { cause });
}
