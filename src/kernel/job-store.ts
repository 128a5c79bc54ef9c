import type { JsonValue } from './json.js';

export type StoredJobState =
  'waiting' | 'delayed' | 'waiting-children' | 'active' | 'completed' | 'failed';

/** A job as the jobs table keeps it. */
export interface StoredJob {
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  readonly payload: JsonValue;
  /** Of the payload. */
  readonly version: number;
  /** A `delayed` job becomes `waiting` by itself when its time comes. */
  readonly state: StoredJobState;
  /** Smaller runs first; equal ones in the order of their due time, then of adding. */
  readonly priority: number;
  /** Attempts begun, the running one included. */
  readonly attemptsMade: number;
  readonly maxAttempts: number;
  /** Grows with every claim of the job: names the holder in whatever it reports about it. */
  readonly claimNumber: number;
  readonly progress: number;
  readonly result: JsonValue;
  readonly failedReason: string | null;
  readonly correlationId: string;
  readonly createdAt: Date;
  readonly runAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Somebody wants it to end. */
  readonly cancelled: boolean;
  /** The job of a flow that waits for this one, among others; null: none. */
  readonly parentQueue: string | null;
  readonly parentId: string | null;
}

/** A job that another one waits for. */
export type NewStoredChild = NewStoredJob & {
  /** Whether its failure is that of the job that waits for it. */
  readonly failsParent: boolean;
};

export interface StoredChildResult {
  readonly id: string;
  readonly result: JsonValue;
  /** null: it completed. */
  readonly failedReason: string | null;
}

export interface NewStoredJob {
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  readonly payload: JsonValue;
  readonly version: number;
  readonly priority: number;
  readonly maxAttempts: number;
  readonly delayMs: number;
  readonly correlationId: string;
  /** While a job with this key stands, this one is not added: for `ttlMs`, or until that one has ended. */
  readonly dedupe: { readonly key: string; readonly ttlMs?: number } | null;
}

/** Jobs of a queue that all workers together begin, `max` in each window of `perMs`; null: without a limit. */
export type JobRateLimit = { readonly max: number; readonly perMs: number } | null;

export interface StoredJobCounts extends Readonly<Record<StoredJobState, number>> {
  /** Since when the oldest waiting job could have run; null: none waits. */
  readonly oldestWaitingSince: Date | null;
}

/** A claim that may be lost to another holder: whoever reports with an old `claimNumber` changes nothing. */
export type JobClaim = Pick<StoredJob, 'queue' | 'id' | 'claimNumber' | 'parentQueue' | 'parentId'>;

/** How often a job may lose its worker (a crash, a lease that ran out) before it counts as the cause and fails. */
export const MAX_LOST_CLAIMS = 3;

/** Why a parent has failed that needed a child which somebody took back. */
export function childRemoved(id: string): string {
  return `queue.child_removed: job ${id} was removed before it had ended`;
}

/**
 * Where the embedded queue driver keeps its jobs. `redis/` asks for it, `database/` has it, `app/` joins them.
 * All times are the store's own: the clock of the process that asks plays no part.
 */
export abstract class JobStore {
  /**
   * Adds the job unless one of its queue and id is kept already, or one of its key stands.
   * @returns the id of the job that stands.
   */
  abstract add(job: NewStoredJob): Promise<string>;
  /** Adds a job that waits for others, and those; nothing where its id is kept already. */
  abstract addFlow(parent: NewStoredJob, children: readonly NewStoredChild[]): Promise<void>;
  /** What the children of a job came to, in the order of their adding; those that have not ended are left out. */
  abstract children(queue: string, id: string): Promise<StoredChildResult[]>;
  /** Lets the jobs of the queue go on whose children were removed, or ended while nobody could say so. @returns how many. */
  abstract releaseParents(queue: string): Promise<number>;
  /**
   * Takes up to `limit` due jobs of a queue that is not paused, in the order they should run, and marks
   * them active until `leaseMs` from now; never gives one job to two callers. Counts the attempt. A job
   * whose lease ran out is due again, in the same attempt, and fails after {@link MAX_LOST_CLAIMS} of these.
   */
  abstract claim(
    queue: string,
    limit: number,
    leaseMs: number,
    rateLimit?: JobRateLimit,
  ): Promise<StoredJob[]>;
  /** Prolongs the lease of a running job, unless the claim was lost. Unless it is `held`: stop. */
  abstract extend(claim: JobClaim, leaseMs: number): Promise<'held' | 'lost' | 'cancelled'>;
  /** Shown on the dashboard; changes nothing when the claim was lost. */
  abstract reportProgress(claim: JobClaim, progress: number): Promise<void>;
  /** @returns false when the claim was lost, and nothing was changed. */
  abstract complete(claim: JobClaim, result: JsonValue): Promise<boolean>;
  /** Ends the attempt: due again after `retryDelayMs`, or failed for good when that is null. @returns false when the claim was lost. */
  abstract fail(claim: JobClaim, reason: string, retryDelayMs: number | null): Promise<boolean>;
  /** Hands a running job back without counting the attempt, due after `delayMs`. @returns false when the claim was lost. */
  abstract release(claim: JobClaim, delayMs: number): Promise<boolean>;
  /**
   * Ends the leases that no living process can hold, at boot. Only a database that this process alone can
   * have open knows that; elsewhere this does nothing, and leases run out by themselves. @returns how many.
   */
  abstract endOrphanedLeases(queue: string): Promise<number>;
  /**
   * Milliseconds until the next job may be claimed, at most 0 when one may; undefined when none waits or the queue is
   * paused.
   */
  abstract nextDueInMs(queue: string, rateLimit?: JobRateLimit): Promise<number | undefined>;
  /** Removes a job that waits; marks one that runs, for its worker to end it. `gone`: it has ended, or there is none. */
  abstract cancel(queue: string, id: string): Promise<'removed' | 'asked' | 'gone'>;
  abstract find(queue: string, id: string): Promise<StoredJob | undefined>;
  /** Latest first: by end, else start, else adding. */
  abstract list(
    queue: string,
    states: readonly StoredJobState[],
    offset: number,
    limit: number,
  ): Promise<StoredJob[]>;
  abstract counts(queue: string): Promise<StoredJobCounts>;
  /** Runs a failed or completed job again, from now on. @returns false for any other, and for none. */
  abstract requeue(queue: string, id: string): Promise<boolean>;
  /** Makes a delayed job due now. @returns false for any other, and for none. */
  abstract promote(queue: string, id: string): Promise<boolean>;
  /** @returns false for an active job, and for none. */
  abstract remove(queue: string, id: string): Promise<boolean>;
  /**
   * Deletes those of the jobs that do not run; with a parent that waits, those of its children that do. A parent that
   * needed one which had not ended fails with `queue.child_removed`; one that did not goes on. @returns their ids.
   */
  abstract removeMany(queue: string, ids: readonly string[]): Promise<string[]>;
  /**
   * Deletes jobs of a state that ended (or were added, if they have not) more than `olderThanMs` ago or
   * are not among the latest `keep`, at most `limit` of them, the oldest. Active jobs are never deleted. @returns how many.
   */
  abstract clean(
    queue: string,
    state: StoredJobState,
    olderThanMs: number,
    keep: number,
    limit?: number,
  ): Promise<number>;
  /** Deletes the oldest completed jobs until payloads and results of the others have `bytes` at most. @returns how many. */
  abstract trimCompleted(queue: string, bytes: number): Promise<number>;
  abstract isPaused(queue: string): Promise<boolean>;
  /** While a queue is paused no job of it is claimed; running ones go on. */
  abstract setPaused(queue: string, paused: boolean): Promise<void>;
}
