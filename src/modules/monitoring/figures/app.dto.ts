import { z } from 'zod';

const count = z.number().int().min(0);
const percent = z.number().nullable().describe('null: nothing was looked up');

const lookups = {
  hits: count,
  stale: count.describe('answered with an ended value: the source failed or was slow'),
  misses: count.describe('what only the source could answer'),
  hitRatePercent: percent,
};

export const cacheFiguresSchema = z.object({
  mode: z.enum(['redis', 'memory']),
  note: z.string().nullable().describe('why figures are null, in a sentence'),
  asOf: z.iso.datetime(),
  instance: z.object(lookups).describe('of the process that answers, since it started'),
  lastMinute: z
    .object({
      instances: count,
      hits: count.describe('ended values included'),
      misses: count,
      hitRatePercent: percent,
    })
    .describe('of all processes together'),
  caches: z
    .array(
      z.object({
        name: z.string(),
        namespace: z.string(),
        localHits: count,
        remoteHits: count,
        staleServed: count,
        misses: count,
        hitRatePercent: percent,
        loads: count,
        loadErrors: count,
        averageLoadMs: z.number().nullable(),
        refreshes: count,
      }),
    )
    .describe('of the process that answers, since it started'),
  namespaces: z.array(
    z.object({
      namespace: z.string(),
      ...lookups,
      keys: count.nullable().describe('in Redis'),
      bytes: count.nullable().describe('in Redis'),
    }),
  ),
  stored: z
    .object({
      keys: count,
      bytes: count,
      asOf: z.iso.datetime(),
      complete: z.boolean().describe('false: there are more than the bounded scan came to'),
    })
    .nullable()
    .describe('what all caches keep in Redis'),
});
export type CacheFigures = z.output<typeof cacheFiguresSchema>;

export const queueFiguresSchema = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      waiting: count.describe('due, and not begun'),
      delayed: count,
      active: count,
      completed: count.describe('as many as are still kept'),
      failed: count,
      paused: z.boolean(),
      oldestWaitingSince: z.iso.datetime().nullable(),
    }),
  ),
});
export type QueueFigures = z.output<typeof queueFiguresSchema>;

export const outboxFiguresSchema = z.object({
  rows: count.describe('jobs and events that wait for their delivery'),
  oldestAgeMs: z.number().nullable(),
  failingRows: count.describe('of those, the ones that have failed eight times or more'),
  failing: z
    .array(
      z.object({
        id: z.uuid(),
        stream: z
          .string()
          .nullable()
          .describe('what is delivered in order, such as `account:<id>`: held back by this row'),
        kind: z.enum(['job', 'event']),
        topic: z.string().describe('the queue, or the event'),
        name: z.string().describe('of the job'),
        attempts: count,
        lastError: z.string().nullable(),
        createdAt: z.iso.datetime(),
        nextAttemptAt: z.iso.datetime(),
      }),
    )
    .describe('the oldest 100'),
});
export type OutboxReport = z.output<typeof outboxFiguresSchema>;
