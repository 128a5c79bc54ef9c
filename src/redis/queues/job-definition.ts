import type { z, ZodType } from 'zod';
import { AppError } from '../../kernel/app-error.js';
import type { PriorityName } from './job-priority.js';

/** Makes the payload of one version into that of the next. Pure, and total over what that release could write. */
export type PayloadUpgrade = (payload: unknown) => unknown;

/** One kind of job of a queue. Every field is required: see {@link defineJob}. */
export interface JobDefinition<Schema extends ZodType = ZodType> {
  /** Of the payload in its latest version; checked when a job is added and again before it runs. */
  readonly schema: Schema;
  /**
   * An attempt that takes longer is aborted and fails with `queue.timed_out`; it counts, and is tried again like any
   * other failure.
   */
  readonly timeoutMs: number;
  /**
   * From version 1 to 2, from 2 to 3, …: the payload has version `upgrades.length + 1`. A release that changes the
   * shape of a payload adds the step from the one before, so that jobs that wait meanwhile still run.
   */
  readonly upgrades: readonly PayloadUpgrade[];
  /**
   * What brings a job back that its queue has lost. `source`: a finder that its module gives to `Queues.recover`, within
   * seconds; `schedule`: one of the next runs of what adds it; `none`: it is lost.
   */
  readonly recovery: 'source' | 'schedule' | 'none';
  /** Fields of the payload that nobody but the processor may see: sealed wherever the job is kept. */
  readonly encrypt: readonly string[];
  /** By its payload: what cannot wait as the others of its queue do. undefined: as they do. */
  priorityOf(payload: z.output<Schema>): PriorityName | undefined;
}

export function defineJob<const Schema extends ZodType>(
  definition: Omit<JobDefinition<Schema>, 'upgrades' | 'encrypt' | 'priorityOf'> &
    Partial<Pick<JobDefinition<Schema>, 'upgrades' | 'priorityOf'>> & {
      readonly encrypt?: readonly (keyof z.output<Schema> & string)[];
    },
): JobDefinition<Schema> {
  return Object.freeze({ upgrades: [], encrypt: [], priorityOf: () => undefined, ...definition });
}

/** The code of {@link upgradePayload}'s refusal. */
export const NEWER_VERSION = 'queue.newer_version';

/** Of the payloads that this release writes: 1, 2, … */
export function latestVersion({ upgrades }: Pick<JobDefinition, 'upgrades'>): number {
  return upgrades.length + 1;
}

/**
 * The payload as this release writes it; it may still break the schema.
 * @throws AppError `queue.newer_version` (unavailable) for a payload of a later release: a worker of that one takes it.
 */
export function upgradePayload(
  { upgrades }: Pick<JobDefinition, 'upgrades'>,
  payload: unknown,
  version: number,
): unknown {
  if (version > latestVersion({ upgrades })) {
    throw new AppError(
      'unavailable',
      NEWER_VERSION,
      `the payload has version ${version}, and this release knows up to ${latestVersion({ upgrades })}`,
    );
  }
  return upgrades.slice(version - 1).reduce((older, upgrade) => upgrade(older), payload);
}
