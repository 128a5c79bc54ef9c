import type { JobName, JobPayload, PriorityName, QueueDefinition } from './queue-definition.js';

/** A job as its processor sees it. Delivery is at least once: a processor must be idempotent. */
export interface Job<Payload> {
  readonly id: string;
  readonly name: string;
  readonly payload: Payload;
  /** 1 on the first run. */
  readonly attempt: number;
  readonly correlationId: string;
  /** Aborts when the process shuts down and will not wait any longer. */
  readonly signal: AbortSignal;
  /** 0–100; kept with the job and shown on the dashboard. */
  reportProgress(percent: number): Promise<void>;
}

export interface AddJobOptions {
  /** Jobs of the same id are one job for as long as it is kept. Any text without `:`. */
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
  /** @throws AppError `queue.invalid_payload` for a payload that breaks the job's schema, `queue.unavailable` when the backend does not take it in time. */
  abstract add<Q extends QueueDefinition, J extends JobName<Q>>(
    queue: Q,
    job: J,
    payload: JobPayload<Q, J>,
    options?: AddJobOptions,
  ): Promise<{ id: string }>;
  /** Registers the processors of a queue, one per job; a second registration is an error. Running starts with the application. */
  abstract process<Q extends QueueDefinition>(queue: Q, processors: JobProcessors<Q>): void;
}
