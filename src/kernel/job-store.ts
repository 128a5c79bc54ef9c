import type { JsonValue } from './json.js';

export type StoredJobState = 'waiting' | 'delayed' | 'active' | 'completed' | 'failed';

/** A job as the jobs table keeps it. */
export interface StoredJob {
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  readonly payload: JsonValue;
  readonly state: StoredJobState;
  /** Smaller runs first; equal ones by id, which is the order of adding. */
  readonly priority: number;
  readonly attemptsMade: number;
  readonly maxAttempts: number;
  readonly progress: number;
  readonly result: JsonValue;
  readonly failedReason: string | null;
  readonly correlationId: string;
  readonly createdAt: Date;
  readonly runAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface NewStoredJob {
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  readonly payload: JsonValue;
  readonly priority: number;
  readonly maxAttempts: number;
  readonly delayMs: number;
  readonly correlationId: string;
}

/** Where the embedded queue driver keeps its jobs. `redis/` asks for it, `database/` has it, `app/` joins them. */
export abstract class JobStore {
  /** Adds the job unless one of its queue and id is kept already. @returns whether it was added. */
  abstract add(job: NewStoredJob): Promise<boolean>;
  /** Takes up to `limit` due jobs, marks them active until `leaseMs` from now, and counts the attempt; never gives one job to two callers. Jobs whose lease ran out (a crash) are due again. */
  abstract claim(queue: string, limit: number, leaseMs: number): Promise<StoredJob[]>;
  /** Prolongs the lease of a running job. @returns false when the claim was lost: stop. */
  abstract extend(queue: string, id: string, attempt: number, leaseMs: number): Promise<boolean>;
  abstract reportProgress(queue: string, id: string, progress: number): Promise<void>;
  abstract complete(queue: string, id: string, attempt: number, result: JsonValue): Promise<void>;
  /** Ends the attempt: due again after `retryDelayMs`, or failed for good when that is null. */
  abstract fail(queue: string, id: string, attempt: number, reason: string, retryDelayMs: number | null): Promise<void>;
  /** Hands a running job back without counting the attempt (shutdown). */
  abstract release(queue: string, id: string, attempt: number): Promise<void>;
  /** When the next job of the queue is due; undefined when none waits. */
  abstract nextDueAt(queue: string): Promise<Date | undefined>;
  abstract find(queue: string, id: string): Promise<StoredJob | undefined>;
  abstract list(queue: string, states: readonly StoredJobState[], offset: number, limit: number): Promise<StoredJob[]>;
  abstract counts(queue: string): Promise<Record<StoredJobState, number>>;
  /** Makes a failed, completed or delayed job due now. */
  abstract requeue(queue: string, id: string): Promise<boolean>;
  abstract remove(queue: string, id: string): Promise<boolean>;
  /** Deletes finished jobs of a state older than `olderThanMs` or beyond the newest `keep`. @returns how many. */
  abstract clean(queue: string, state: StoredJobState, olderThanMs: number, keep: number): Promise<number>;
  abstract isPaused(queue: string): Promise<boolean>;
  abstract setPaused(queue: string, paused: boolean): Promise<void>;
}
