import { bigint, doublePrecision, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** What the jobs of a queue did, minute by minute, in all processes together. */
export const queueFiguresTable = pgTable(
  'queue_figures',
  {
    queue: text('queue').notNull(),
    minuteAt: timestamp('minute_at', { withTimezone: true }).notNull(),
    completed: bigint('completed', { mode: 'number' }).notNull(),
    failed: bigint('failed', { mode: 'number' }).notNull(),
    retried: bigint('retried', { mode: 'number' }).notNull(),
    /** Counts of durations in buckets: `kernel/job-figures.ts`. */
    wait: bigint('wait', { mode: 'number' }).array().notNull(),
    waitSumMs: doublePrecision('wait_sum_ms').notNull(),
    run: bigint('run', { mode: 'number' }).array().notNull(),
    runSumMs: doublePrecision('run_sum_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.minuteAt, table.queue] })],
);
