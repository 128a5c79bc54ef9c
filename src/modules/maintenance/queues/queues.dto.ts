import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../../../http/index.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../kernel/duration.js';

const durationsSchema = z.object({
  mean: z.number().nullable().describe('null: there was none'),
  p50: z.number().nullable().describe('at most twice the real one, and never less'),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
});
export type Durations = z.output<typeof durationsSchema>;

/** What `?window=` may say. */
export const WINDOWS = { '5m': 5 * MINUTE_MS, '1h': HOUR_MS, '24h': DAY_MS } as const;
export const queueWindowSchema = z.strictObject({
  window: z
    .enum(['5m', '1h', '24h'])
    .default('1h')
    .describe('what the figures tell of; those of the last 15 s may be missing'),
});
export type QueueWindow = z.output<typeof queueWindowSchema>['window'];

const queueFiguresSchema = z.object({
  windowMs: z.number(),
  completed: z.number(),
  failed: z.number().describe('for good'),
  retried: z.number().describe('attempts that failed, with another to come'),
  perMinute: z
    .number()
    .describe('jobs that ended, well or not, over the time that the figures cover'),
  waitMs: durationsSchema.describe('from when a job could have begun to its first attempt'),
  runMs: durationsSchema.describe('of each attempt'),
});
export type QueueFiguresView = z.output<typeof queueFiguresSchema>;

export const queueSchema = z.object({
  name: z.string(),
  counts: z.object({
    waiting: z.number().describe('due, and not begun: the backlog'),
    delayed: z.number(),
    active: z.number(),
    completed: z.number().describe('as many as are still kept'),
    failed: z.number().describe('as many as are still kept; the dead letters have all of 30 days'),
  }),
  paused: z.boolean(),
  oldestWaitingSince: z.iso
    .datetime()
    .nullable()
    .describe('since when the oldest waiting job could have run; null: none waits'),
  figures: queueFiguresSchema,
});
export type QueueView = z.output<typeof queueSchema>;
export const queueListSchema = z.object({ items: z.array(queueSchema) });

export const cleanQueueSchema = z.strictObject({
  state: z.enum(['completed', 'failed']),
  olderThanMs: z
    .int()
    .min(0)
    .max(3_650 * DAY_MS)
    .default(0),
});
export type CleanQueue = z.output<typeof cleanQueueSchema>;

export const removedJobsSchema = z.object({
  removed: z.number(),
  more: z
    .boolean()
    .describe('some are left after about a second: the same call removes more of them'),
});
export type RemovedJobs = z.output<typeof removedJobsSchema>;

export const cancelledJobSchema = z.object({
  outcome: z
    .enum(['removed', 'asked'])
    .describe('removed: it waited; asked: it runs, and fails with queue.cancelled within seconds'),
});
export type CancelledJob = z.output<typeof cancelledJobSchema>;

export const deadLetterSchema = z.object({
  id: z.uuid(),
  jobId: z.string(),
  job: z.string(),
  payload: z.unknown(),
  reason: z.string().describe('why its last attempt failed'),
  attempts: z.number(),
  correlationId: z.string(),
  failedAt: z.iso.datetime(),
  replayedAt: z.iso.datetime().nullable(),
  replayedBy: z.uuid().nullable(),
});
export type DeadLetter = z.output<typeof deadLetterSchema>;
export const deadLetterPageSchema = pageOf(deadLetterSchema);

export const listDeadLettersSchema = pageQuerySchema.extend({
  state: z.enum(['open', 'replayed', 'all']).default('open'),
});
export type ListDeadLetters = z.output<typeof listDeadLettersSchema>;

export const MAX_REPLAYED = 1_000;
export const replayAllSchema = z.strictObject({
  job: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .optional()
    .describe('of this kind alone'),
  limit: z.int().min(1).max(MAX_REPLAYED).default(MAX_REPLAYED).describe('the oldest first'),
});
export type ReplayAll = z.output<typeof replayAllSchema>;

export const replayedSchema = z.object({
  replayed: z.number(),
  refused: z.number().describe('that this release would not take: their payload does not fit'),
});
export type Replayed = z.output<typeof replayedSchema>;
