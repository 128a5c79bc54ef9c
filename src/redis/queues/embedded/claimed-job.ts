import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import type { JobStore, StoredJob } from '../../../kernel/job-store.js';
import { retryDelayMs } from '../job-failure.js';
import { JobAbort, jobCancelled } from '../job-abort.js';
import type { JobOutcome, JobRunner } from '../job-runner.js';
import type { QueueDefinition } from '../queue-definition.js';

const REPORT_RETRY_MS = 500;

/** One claim of a job: runs it, keeps its lease alive meanwhile, and reports how it ended. */
export class ClaimedJob {
  readonly #logger = new Logger('Jobs');
  readonly #abort = new JobAbort();
  /** By the monotonic clock of this process: the store has it no earlier. */
  #leaseEndsAtMs: number;
  #renewing = false;

  constructor(
    private readonly queue: QueueDefinition,
    private readonly job: StoredJob,
    private readonly store: JobStore,
    private readonly runner: JobRunner,
    private readonly leaseMs: number,
    claimedAtMs: number,
  ) {
    this.#leaseEndsAtMs = claimedAtMs + leaseMs;
  }

  get id(): string {
    return this.job.id;
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { job, store } = this;
    // Somebody wanted it to end before this attempt began.
    if (job.cancelled) this.abort(jobCancelled());
    const renewal = setInterval(() => void this.#renew(), this.leaseMs / 3);
    try {
      const outcome = await this.runner.run({
        queue: this.queue,
        id: job.id,
        name: job.name,
        payload: job.payload,
        version: job.version,
        attempt: job.attemptsMade,
        maxAttempts: job.maxAttempts,
        waitedMs: job.attemptsMade === 1 && job.startedAt ? +job.startedAt - +job.runAt : null,
        correlationId: job.correlationId,
        abort: this.#abort,
        reportProgress: (percent) => store.reportProgress(job, percent),
        children: () => store.children(job.queue, job.id),
      });
      await this.#report(outcome);
    } finally {
      clearInterval(renewal);
    }
  }

  abort(reason: Error): void {
    this.#abort.abort(reason);
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const askedAtMs = performance.now();
    try {
      const lease = await this.store.extend(this.job, this.leaseMs);
      if (lease === 'lost') return this.abort(claimLost());
      this.#leaseEndsAtMs = askedAtMs + this.leaseMs;
      if (lease === 'cancelled') this.abort(jobCancelled());
    } catch {
      // The store is away: the job may go on until somebody else could have it.
      if (performance.now() >= this.#leaseEndsAtMs) this.abort(claimLost());
    } finally {
      this.#renewing = false;
    }
  }

  /** Tries for as long as the lease lasts; after that the job is due again anyway. */
  async #report(outcome: JobOutcome): Promise<void> {
    const fields = { queue: this.queue.name, job: this.job.name, jobId: this.job.id };
    for (;;) {
      try {
        if (await this.#settle(outcome)) return;
        return this.#logger.warn({ message: 'job ended after its lease was lost', ...fields });
      } catch (error) {
        if (performance.now() >= this.#leaseEndsAtMs) {
          return this.#logger.error({
            message: 'job ended, but this could not be stored: it will run again',
            ...fields,
            err: error,
          });
        }
        await delay(REPORT_RETRY_MS);
      }
    }
  }

  #settle(outcome: JobOutcome): Promise<boolean> {
    const { job, store } = this;
    switch (outcome.kind) {
      case 'completed':
        return store.complete(job, outcome.result);
      case 'abandoned':
        return store.release(job, 0);
      case 'postponed':
        return store.release(job, outcome.delayMs);
      case 'failed': {
        const last = outcome.hopeless || job.attemptsMade >= job.maxAttempts;
        return store.fail(
          job,
          outcome.reason,
          last ? null : retryDelayMs(this.queue.backoff, job.attemptsMade),
        );
      }
    }
  }
}

function claimLost(): AppError {
  return new AppError('conflict', 'queue.claim_lost', 'another worker may have the job by now');
}
