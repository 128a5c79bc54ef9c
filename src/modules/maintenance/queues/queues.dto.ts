import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../../../http/index.js';
import { DAY_MS } from '../../../kernel/duration.js';

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

export const removedJobsSchema = z.object({ removed: z.number() });
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
  job: z.string().max(64).optional().describe('of this kind alone'),
  limit: z.int().min(1).max(MAX_REPLAYED).default(MAX_REPLAYED).describe('the oldest first'),
});
export type ReplayAll = z.output<typeof replayAllSchema>;

export const replayedSchema = z.object({ replayed: z.number() });
export type Replayed = z.output<typeof replayedSchema>;
