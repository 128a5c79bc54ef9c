import type { ChildResult, FlowChild, FlowJob } from './flow.js';
import type { PriorityName } from './job-priority.js';
import type { JobName, JobPayload, QueueDefinition } from './queue-definition.js';

/** A job as its processor sees it. Delivery is at least once: a processor must be idempotent. */
export interface Job<Payload> {
  readonly id: string;
  readonly name: string;
  readonly payload: Payload;
  /** 1 on the first run. */
  readonly attempt: number;
  readonly correlationId: string;
  /**
   * Aborts when the attempt takes longer than its job's `timeoutMs` or somebody cancels the job: it then fails. Aborts
   * as well when the process shuts down and will not wait any longer, or when the job may be another worker's by now:
   * the attempt then does not count. `signal.reason` says which.
   */
  readonly signal: AbortSignal;
  /** 0–100; kept with the job and shown on the dashboard. Never rejects. */
  reportProgress(percent: number): Promise<void>;
  /** Of the parent of a flow: what its children came to, in the order in which they were given. Of any other: none. */
  children(): Promise<ChildResult[]>;
}

export interface AddJobOptions {
  /** Jobs of the same id are one job for as long as it is kept. 1 to 200 characters without `:`, not a bare number. */
  readonly id?: string;
  readonly delayMs?: number;
  /** While a job of the queue with this key stands, no other is added, and its id is the answer. */
  readonly dedupe?: {
    /** 1 to 200 characters. */
    readonly key: string;
    /** How long the key stands after the adding, whatever becomes of the job; without it, until the job has ended. */
    readonly ttlMs?: number;
  };
  /** Of the payload, where an earlier release may have written it; the latest by default. */
  readonly version?: number;
  readonly priority?: PriorityName;
  /** Defaults to the correlation id of the current request or job. */
  readonly correlationId?: string;
}

export type JobProcessors<Q extends QueueDefinition> = {
  readonly [J in JobName<Q>]: (job: Job<JobPayload<Q, J>>) => Promise<unknown>;
};

/** Adds what should be in a queue and is not. */
export interface JobRecovery {
  /** Of this loss: as part of the ids of the jobs it keeps processes from adding one twice. At most 16 characters. */
  readonly id: string;
  /** Aborts when the process shuts down. */
  readonly signal: AbortSignal;
}

/** @returns how many it added. It must be safe to run at any time, in several processes at once. */
export type JobFinder = (recovery: JobRecovery) => Promise<number>;

/** What is to be done when somebody has taken a job back: safe to be done twice, and where the job has ended meanwhile. */
export type TakenBackListeners<Q extends QueueDefinition> = {
  readonly [J in JobName<Q>]?: (payload: JobPayload<Q, J>) => Promise<unknown>;
};

/**
 * What a cancellation found. `removed`: the job waited, and will not run. `asked`: it runs; its signal aborts within
 * about a second (5 s where another process runs it without Redis), and it fails with `queue.cancelled` for good.
 * `gone`: it had ended, or there is none.
 */
export type Cancellation = 'removed' | 'asked' | 'gone';

/** Adds jobs and runs them; BullMQ or the embedded driver stands behind it. */
export abstract class Queues {
  /**
   * @throws AppError `queue.invalid_payload` (invalid) for a payload that breaks the job's schema or does not
   *   survive JSON, `queue.newer_version` for one of a later release; `queue.unavailable` (unavailable) when the backend does not take the job in time: it may
   *   have it all the same, so repeat with the same `id`; `queue.redis_evicts` (unavailable) in production, while the
   *   queue Redis may throw jobs away.
   */
  abstract add<Q extends QueueDefinition, J extends JobName<Q>>(
    queue: Q,
    job: J,
    payload: JobPayload<Q, J>,
    options?: AddJobOptions,
  ): Promise<{ id: string }>;
  /**
   * {@link add} for whoever has the names alone, such as the outbox.
   * @throws AppError like {@link add}, and `queue.not_declared` or `queue.unknown_job`.
   */
  abstract addByName(
    queue: string,
    job: string,
    payload: unknown,
    options?: AddJobOptions,
  ): Promise<{ id: string }>;
  /**
   * Adds a job that waits for others, and those, whole or not at all; nothing where a job of the parent's queue and
   * `id` is kept already. {@link flowJob} makes the jobs; at most 1,000 children, of any queues.
   * @throws AppError like {@link add}, and `queue.invalid_flow` (invalid).
   */
  abstract addFlow(
    parent: FlowJob & { readonly id?: string },
    children: readonly FlowChild[],
  ): Promise<{ id: string }>;
  /**
   * Takes a job back, wherever it is; with a parent that waits, also those of its children that do.
   * A parent that needs it fails. What it stands for in the database is the caller's affair.
   * @throws AppError `queue.not_declared`; `queue.unavailable` when the backend does not answer in time.
   */
  abstract cancel(queue: string, id: string): Promise<Cancellation>;
  /**
   * Says what ends in the database when an administrator takes jobs of the queue back, so that its finder does not add them
   * again. In every role: administrators may reach any process.
   */
  abstract onTakenBack<Q extends QueueDefinition>(queue: Q, listeners: TakenBackListeners<Q>): void;
  /** Says how to find in the database what a queue has lost: for each job whose `recovery` is `source`. */
  abstract recover<Q extends QueueDefinition>(
    queue: Q,
    finders: { readonly [J in JobName<Q>]?: JobFinder },
  ): void;
  /**
   * Adds what a finder has found, under ids that all processes make of the same: each once, however many find it.
   * @param lost by what the database calls them, at most 180 characters
   * @returns how many. @throws AppError like {@link add}
   */
  async addLost<Q extends QueueDefinition, J extends JobName<Q>>(
    queue: Q,
    job: J,
    lost: ReadonlyMap<string, JobPayload<Q, J>>,
    recovery: JobRecovery,
  ): Promise<number> {
    for (const [name, payload] of lost) {
      recovery.signal.throwIfAborted();
      await this.add(queue, job, payload, { id: `${name}-${recovery.id}` });
    }
    return lost.size;
  }
  /** Registers the processors of a queue, one per job; a second registration is an error. Running starts with the application. */
  abstract process<Q extends QueueDefinition>(queue: Q, processors: JobProcessors<Q>): void;
}
