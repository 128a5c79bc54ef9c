import type { JsonValue } from './json.js';

/** A job that failed for good, as it stood then. */
export interface DeadJob {
  readonly queue: string;
  readonly jobId: string;
  readonly name: string;
  readonly payload: JsonValue;
  /** Of the payload. */
  readonly version: number;
  /** Why its last attempt failed; begins with an error code where it has one. */
  readonly reason: string;
  /** That were begun. */
  readonly attempts: number;
  readonly correlationId: string;
}

/**
 * Where jobs stand that failed for good, until a person has looked at them. In the database, whichever backend runs the
 * queues: a queue Redis that loses everything loses none of these.
 */
export abstract class DeadLetters {
  /** One that was replayed on the dashboard and failed again stands anew. */
  abstract record(dead: DeadJob): Promise<void>;
  /** The job has ended well after all, and needs no replay. */
  abstract settle(queue: string, jobId: string): Promise<void>;
  /** The job is to run again in its own place. @returns false for one that was replayed: it runs again already. */
  abstract withdraw(queue: string, jobId: string): Promise<boolean>;
  /** Adds those that are not known yet. @returns how many. */
  abstract recordMissing(dead: readonly DeadJob[]): Promise<number>;
  /** Deletes those of the queue that failed longer ago than `olderThanMs`. @returns how many. */
  abstract forget(queue: string, olderThanMs: number): Promise<number>;
}
