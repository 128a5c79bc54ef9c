import type { JobName, JobPayload, PriorityName, QueueDefinition } from './queue-definition.js';

/** A job as its processor sees it. Delivery is at least once: a processor must be idempotent. */
export interface Job<Payload> {
  readonly id: string;
  readonly name: string;
  readonly payload: Payload;
  /** 1 on the first run. */
  readonly attempt: number;
  readonly correlationId: string;
  /** Aborts when the process shuts down and will not wait any longer, or when the job may be another worker's by now. The attempt then does not count. */
  readonly signal: AbortSignal;
  /** 0–100; kept with the job and shown on the dashboard. Never rejects. */
  reportProgress(percent: number): Promise<void>;
}

export interface AddJobOptions {
  /** Jobs of the same id are one job for as long as it is kept. 1 to 200 characters without `:`, not a bare number. */
  readonly id?: string;
  readonly delayMs?: number;
  readonly priority?: PriorityName;
  /** Defaults to the correlation id of the current request or job. */
  readonly correlationId?: string;
}

export type JobProcessors<Q extends QueueDefinition> = {
  readonly [J in JobName<Q>]: (job: Job<JobPayload<Q, J>>) => Promise<unknown>;
};

/** Adds jobs and runs them; BullMQ or the embedded driver stands behind it. */
export abstract class Queues {
  /**
   * @throws AppError `queue.invalid_payload` (invalid) for a payload that breaks the job's schema or does not
   *   survive JSON; `queue.unavailable` (unavailable) when the backend does not take the job in time: it may
   *   have it all the same, so repeat with the same `id`.
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
  /** Registers the processors of a queue, one per job; a second registration is an error. Running starts with the application. */
  abstract process<Q extends QueueDefinition>(queue: Q, processors: JobProcessors<Q>): void;
}
