import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import {
  DelayedError,
  UnrecoverableError,
  WaitingError,
  Worker,
  type IRedisClient,
  type Job as BullJob,
} from 'bullmq';
import { AppError } from '../../../kernel/app-error.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { MAX_LOST_CLAIMS } from '../../../kernel/job-store.js';
import type { RedisClient } from '../../connection/create-client.js';
import { settlesWithin } from '../../../kernel/deadline.js';
import { FaultLog } from '../../../kernel/fault-log.js';
import { retryDelayMs } from '../job-failure.js';
import { ABORT_GRACE_MS, JobAbort, jobCancelled, wasCancelled } from '../job-abort.js';
import { isLast, type JobAttempt, type JobRunner } from '../job-runner.js';
import type { QueueDefinition } from '../queue-definition.js';
import { childrenOf } from './bull-flows.js';
import { JobCancellations } from './job-cancellations.js';
import { readEnvelope } from './job-envelope.js';
import { blockingClient, workerBackend } from './worker-backend.js';

/** BullMQ waits 15 s after a connection error by default; the connection itself is back within 1 s. */
const RETRY_MS = 500;
/** Of a job, prolonged at half of it. */
const LOCK_MS = 10 * SECOND_MS;
/**
 * A job whose process died runs again after 15 s at most. Of all workers one checks in each interval: if the last one to
 * do so is the one that died, two of them pass.
 */
const STALLED_CHECK_MS = 2.5 * SECOND_MS;
const CANCELLATIONS_MS = SECOND_MS;
const CLOSE_MS = 2 * SECOND_MS;

interface RunningJob {
  readonly abort: JobAbort;
  readonly ended: Promise<unknown>;
}

/** Runs the jobs of one queue from Redis, up to its concurrency at the same time. */
export class BullWorker {
  readonly #faults = new FaultLog(new Logger('Jobs'));
  readonly #running = new Map<string, RunningJob>();
  #worker: Worker | undefined;
  #blocking: IRedisClient | undefined;
  #starting: Promise<void> | undefined;
  readonly #cancellations: JobCancellations;
  #watch: NodeJS.Timeout | undefined;
  #stopping = false;
  #held = false;

  constructor(
    private readonly queue: QueueDefinition,
    private readonly runner: JobRunner,
    private readonly client: RedisClient,
    private readonly prefix: string,
  ) {
    this.#cancellations = new JobCancellations(client, prefix, queue.name);
  }

  /** Does not wait for Redis: begins to work as soon as it is there. */
  start(): void {
    this.#starting ??= this.#keepStarting();
    this.#watch ??= setInterval(() => void this.#endCancelled(), CANCELLATIONS_MS);
  }

  /** While it is held it begins no job; what runs goes on. The first that is not held starts it. */
  setHeld(held: boolean): void {
    this.#held = held;
    if (held) void this.#worker?.pause(true);
    else if (this.#worker === undefined) this.start();
    else void this.#worker.resume();
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    // `true`: does not wait for running jobs, which would be unbounded.
    await this.#worker?.pause(true);
    await settlesWithin(this.#ended(), graceMs);
    for (const { abort } of this.#running.values()) {
      abort.abort(
        new AppError('unavailable', 'queue.shutting_down', 'the process is shutting down'),
      );
    }
    await settlesWithin(this.#ended(), ABORT_GRACE_MS + SECOND_MS);
    // Without a connection a polite goodbye would wait for one.
    const force = this.client.status !== 'ready';
    await settlesWithin(Promise.all([this.#worker?.close(force), this.#starting]), CLOSE_MS);
    clearInterval(this.#watch);
    // Whatever did not answer in time.
    this.#blocking?.disconnect();
  }

  #ended(): Promise<unknown> {
    return Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  /**
   * A BullMQ worker whose connection fails before it is ready once, stays broken for good without a sign.
   * So one that does not become ready is replaced.
   */
  async #keepStarting(): Promise<void> {
    while (!this.#stopping) {
      const worker = this.#createWorker();
      this.#worker = worker;
      try {
        await worker.waitUntilReady();
        return;
      } catch (error) {
        await worker.close(true);
        if (this.#stopping) return;
        this.#faults.report(`start of the worker of "${this.queue.name}"`, error);
        await delay(RETRY_MS);
      }
    }
  }

  #createWorker(): Worker {
    const limit = this.queue.rateLimit;
    this.#blocking = blockingClient(this.client, this.prefix, this.queue.name);
    const worker: Worker = new Worker(
      this.queue.name,
      (job: BullJob, token) => this.#process(job, token),
      {
        connection: this.client,
        prefix: this.prefix,
        concurrency: this.queue.concurrency,
        runRetryDelay: RETRY_MS,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        maxStalledCount: MAX_LOST_CLAIMS,
        ...(limit && { limiter: { max: limit.max, duration: limit.perMs } }),
        settings: { backoffStrategy: (attempt) => retryDelayMs(this.queue.backoff, attempt) },
      },
      workerBackend(this.client, this.#blocking, this.prefix),
    );
    if (this.#held) void worker.pause(true);
    worker.on('error', (error) => this.#faults.report(`worker of "${this.queue.name}"`, error));
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) this.#running.get(id)?.abort.abort(claimLost());
    });
    return worker;
  }

  async #endCancelled(): Promise<void> {
    const running = [...this.#running.keys()];
    if (running.length === 0) return;
    try {
      for (const id of await this.#cancellations.among(running)) {
        this.#running.get(id)?.abort.abort(jobCancelled());
      }
    } catch {
      // Redis is away, and is asked again.
    }
  }

  /** Where it was asked for before this attempt; what is asked meanwhile is seen within a second. */
  async #isCancelled(id: string): Promise<boolean> {
    try {
      return (await this.#cancellations.among([id])).length > 0;
    } catch {
      return false;
    }
  }

  async #forgetCancelled(id: string): Promise<void> {
    try {
      await this.#cancellations.forget(id);
    } catch {
      // It goes with its age.
    }
  }

  async #process(job: BullJob, token: string | undefined): Promise<unknown> {
    const abort = new JobAbort();
    if (this.#stopping || this.#held) return handBack(job, token);
    const envelope = readEnvelope(job.data);
    if (envelope === undefined) {
      throw new UnrecoverableError(
        'queue.invalid_payload: the job was not added by this application',
      );
    }
    const id = job.id ?? '';
    if (job.attemptsStarted > 1 && (await this.#isCancelled(id))) abort.abort(jobCancelled());
    const earlier = this.#running.get(id);
    if (earlier) {
      // Its lock ran out, and this worker is given the job once more: BullMQ cannot tell two runs of one job apart.
      earlier.abort.abort(claimLost());
      await settlesWithin(earlier.ended, ABORT_GRACE_MS + SECOND_MS);
      return handBack(job, token);
    }
    // Told to stop meanwhile: whoever stops waits for what runs, and this does not yet.
    if (this.#stopping) return handBack(job, token);
    const attempt: JobAttempt = {
      queue: this.queue,
      id,
      name: job.name,
      payload: envelope.payload,
      version: envelope.version,
      attempt: job.attemptsMade + 1,
      maxAttempts: job.opts.attempts ?? this.queue.attempts,
      waitedMs: job.attemptsMade === 0 ? waitedMs(job) : null,
      correlationId: envelope.correlationId,
      abort,
      reportProgress: (percent) => job.updateProgress(percent),
      children: () => childrenOf(job),
    };
    const outcome = this.runner.run(attempt);
    this.#running.set(id, { abort, ended: outcome });
    const end = await outcome;
    this.#running.delete(id);
    // The note stays until it has done what it is for: an attempt that was handed back is ended next time.
    // One that failed for good by itself leaves none either to whoever retries it.
    if (wasCancelled(abort) ? end.kind === 'failed' : isLast(attempt, end)) {
      void this.#forgetCancelled(id);
    }
    switch (end.kind) {
      case 'completed':
        return end.result;
      case 'postponed':
        return postpone(job, end.delayMs, token);
      case 'abandoned':
        return handBack(job, token);
      case 'failed':
        throw end.hopeless ? new UnrecoverableError(end.reason) : new Error(end.reason);
    }
  }
}

function claimLost(): AppError {
  return new AppError('conflict', 'queue.claim_lost', 'another worker may have the job by now');
}

/** Puts the job among the delayed without counting the attempt; `DelayedError` tells BullMQ so. */
async function postpone(job: BullJob, delayMs: number, token: string | undefined): Promise<never> {
  try {
    await job.moveToDelayed(Date.now() + delayMs, token);
  } catch {
    // As of one that is handed back.
  }
  throw new DelayedError();
}

/** By two clocks, that of who added the job and that of this worker: never less than nothing. */
function waitedMs({ processedOn, timestamp, opts }: BullJob): number | null {
  if (processedOn === undefined) return null;
  return Math.max(0, processedOn - timestamp - (opts.delay ?? 0));
}

/** Puts the job back among the waiting without counting the attempt; `WaitingError` tells BullMQ so. */
async function handBack(job: BullJob, token: string | undefined): Promise<never> {
  try {
    await job.moveToWait(token);
  } catch {
    // The lock was lost or Redis is away: the job is found and run again as a stalled one.
  }
  throw new WaitingError();
}
