import { Logger } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { MINUTE_MS, SECOND_MS } from '../../../kernel/duration.js';
import type { JobStore } from '../../../kernel/job-store.js';
import { settlesWithin } from '../../../kernel/deadline.js';
import { ABORT_GRACE_MS, jobCancelled } from '../job-abort.js';
import type { JobRunner } from '../job-runner.js';
import type { QueueDefinition } from '../queue-definition.js';
import { Bell } from './bell.js';
import { ClaimedJob } from './claimed-job.js';

/** A job whose process died runs again after so long; a living one prolongs its lease three times as often. */
const LEASE_MS = 15 * SECOND_MS;
/** What nobody announced (a job that another process added, a lease that ran out) is found within so long. */
const POLL_MS = SECOND_MS;
/** Keeps a due job that cannot be claimed this moment from turning the loop into a busy one. */
const MIN_SLEEP_MS = 10;
const CLEAN_INTERVAL_MS = MINUTE_MS;
/** For the statements that hand back what did not finish. */
const RELEASE_MS = SECOND_MS;

/** Runs the jobs of one queue from the job store, up to its concurrency at the same time. */
export class EmbeddedWorker {
  readonly #logger = new Logger('Jobs');
  readonly #bell = new Bell();
  readonly #running = new Map<ClaimedJob, Promise<void>>();
  readonly #leaseMs: number;
  readonly #completedKeptBytes: number;
  #loop: Promise<void> | undefined;
  #stopped = false;
  #storeIsAway = false;
  #cleanAtMs = 0;

  constructor(
    private readonly queue: QueueDefinition,
    private readonly store: JobStore,
    private readonly runner: JobRunner,
    {
      leaseMs = LEASE_MS,
      completedKeptBytes = Infinity,
    }: { readonly leaseMs?: number; readonly completedKeptBytes?: number } = {},
  ) {
    this.#leaseMs = leaseMs;
    this.#completedKeptBytes = completedKeptBytes;
  }

  start(): void {
    this.#loop ??= this.#work();
  }

  /** Something may be due now. */
  wake(): void {
    this.#bell.ring();
  }

  /** Ends the job if it runs here. */
  cancel(id: string): void {
    for (const job of this.#running.keys()) if (job.id === id) job.abort(jobCancelled());
  }

  async stop(graceMs: number): Promise<void> {
    const deadlineMs = performance.now() + graceMs;
    this.#stopped = true;
    this.#bell.ring();
    await settlesWithin(this.#loop ?? Promise.resolve(), graceMs);
    await settlesWithin(this.#ended(), Math.max(0, deadlineMs - performance.now()));
    for (const job of this.#running.keys()) {
      job.abort(shuttingDown());
    }
    await settlesWithin(this.#ended(), ABORT_GRACE_MS + RELEASE_MS);
  }

  #ended(): Promise<unknown> {
    return Promise.all(this.#running.values());
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      const sleepMs = await this.#turn();
      if (!this.#stopped) await this.#bell.wait(sleepMs);
    }
  }

  /** Begins what is due and there is room for. @returns how long nothing more will be due, in ms. */
  async #turn(): Promise<number> {
    try {
      const sleepMs = await this.#claimDue();
      if (this.#storeIsAway) this.#logger.log(`jobs of "${this.queue.name}" run again`);
      this.#storeIsAway = false;
      // After what is due, which does not wait for it, and is begun though it fails.
      await this.#cleanWhenDue();
      return sleepMs;
    } catch (error) {
      // Once per outage: the loop comes by every second.
      if (!this.#storeIsAway) {
        this.#logger.error({ message: `jobs of "${this.queue.name}" cannot be read`, err: error });
      }
      this.#storeIsAway = true;
      return POLL_MS;
    }
  }

  async #claimDue(): Promise<number> {
    const room = this.queue.concurrency - this.#running.size;
    // A job that ends rings the bell.
    if (room <= 0 || this.#stopped) return POLL_MS;
    const askedAtMs = performance.now();
    const claimed = await this.store.claim(
      this.queue.name,
      room,
      this.#leaseMs,
      this.queue.rateLimit,
    );
    for (const stored of claimed) {
      this.#begin(
        new ClaimedJob(this.queue, stored, this.store, this.runner, this.#leaseMs, askedAtMs),
      );
    }
    if (claimed.length === room) return POLL_MS;
    const dueInMs = await this.store.nextDueInMs(this.queue.name, this.queue.rateLimit);
    return Math.min(POLL_MS, Math.max(MIN_SLEEP_MS, dueInMs ?? POLL_MS));
  }

  #begin(job: ClaimedJob): void {
    const ended = job.run().finally(() => {
      this.#running.delete(job);
      this.#bell.ring();
    });
    this.#running.set(job, ended);
    // It was claimed while the worker stopped: handed back at once.
    if (this.#stopped) job.abort(shuttingDown());
  }

  async #cleanWhenDue(): Promise<void> {
    if (performance.now() < this.#cleanAtMs) return;
    this.#cleanAtMs = performance.now() + CLEAN_INTERVAL_MS;
    const { name, retention } = this.queue;
    await this.store.clean(name, 'completed', retention.completedMs, retention.completedCount);
    await this.store.clean(name, 'failed', retention.failedMs, retention.failedCount);
    await this.store.trimCompleted(name, this.#completedKeptBytes);
    await this.store.releaseParents(name);
  }
}

function shuttingDown(): AppError {
  return new AppError('unavailable', 'queue.shutting_down', 'the process is shutting down');
}
