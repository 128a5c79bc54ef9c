import type { z } from 'zod';
import type { JobDefinition } from './job-definition.js';
import type { PriorityName } from './job-priority.js';

export type JobDefinitions = Readonly<Record<string, JobDefinition>>;

/** Every field is required: what a queue does with a failing, finished or waiting job is never left to a default. */
export interface QueueDefinition<
  Name extends string = string,
  Jobs extends JobDefinitions = JobDefinitions,
> {
  readonly name: Name;
  /** By name. */
  readonly jobs: Jobs;
  /** Runs of one job, the first included. */
  readonly attempts: number;
  /** Waits `delayMs`, then twice that, … up to `maxDelayMs` between attempts. */
  readonly backoff: { readonly delayMs: number; readonly maxDelayMs: number };
  /** Jobs that one worker process runs at the same time. */
  readonly concurrency: number;
  /** Attempts that all workers together begin, `max` in any window of `perMs` that Redis or the database opens; null: as many as they can. */
  readonly rateLimit: { readonly max: number; readonly perMs: number } | null;
  readonly retention: {
    readonly completedMs: number;
    readonly completedCount: number;
    readonly failedMs: number;
    readonly failedCount: number;
  };
  /** Of a job that says nothing else: by `priorityOf` of its declaration, or where it is added. */
  readonly priority: PriorityName;
  /** Set by {@link extendQueue}: the queue that these jobs join. */
  readonly base?: QueueDefinition;
}

export type JobName<Q extends QueueDefinition> = keyof Q['jobs'] & string;
export type JobPayload<Q extends QueueDefinition, J extends JobName<Q>> = z.output<
  Q['jobs'][J]['schema']
>;

export function defineQueue<const Name extends string, const Jobs extends JobDefinitions>(
  definition: QueueDefinition<Name, Jobs>,
): QueueDefinition<Name, Jobs> {
  return Object.freeze({ ...definition });
}

/**
 * More jobs for a queue that another module owns: they wait, run and are kept as the owner declared it.
 * Whoever declares the part adds and processes the jobs of the part alone.
 */
export function extendQueue<const Name extends string, const Jobs extends JobDefinitions>(
  base: QueueDefinition<Name>,
  jobs: Jobs,
): QueueDefinition<Name, Jobs> {
  return Object.freeze({ ...base, jobs, base });
}
