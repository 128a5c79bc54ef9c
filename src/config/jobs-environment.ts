import { z } from 'zod';

const DAY_MS = 86_400_000;
const count = z.coerce.number().int().min(1);

/** Variables of jobs. */
export const jobsEnvironment = {
  JOBS_COMPLETED_KEPT_MS: count
    .default(DAY_MS)
    .describe('ms that a job which went well is kept for; less where its queue says so'),
  JOBS_FAILED_KEPT_MS: count
    .default(7 * DAY_MS)
    .describe('the same for one that failed; the dead letters keep its payload and reason longer'),
  JOBS_COMPLETED_KEPT_BYTES: count
    .default(67_108_864)
    .describe('payloads and results of the jobs of a queue that went well: what is older goes'),
};

export interface JobsSettings {
  readonly completedKeptMs: number;
  readonly failedKeptMs: number;
  /** Of each queue. */
  readonly completedKeptBytes: number;
}

export function jobsSettings(env: z.output<z.ZodObject<typeof jobsEnvironment>>): JobsSettings {
  return {
    completedKeptMs: env.JOBS_COMPLETED_KEPT_MS,
    failedKeptMs: env.JOBS_FAILED_KEPT_MS,
    completedKeptBytes: env.JOBS_COMPLETED_KEPT_BYTES,
  };
}
