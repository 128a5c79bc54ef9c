import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core';
import { json } from './json-column.js';

const time = (name: string) => timestamp(name, { withTimezone: true });

/** Jobs of every queue that failed for good, whichever backend ran them. */
export const deadJobsTable = pgTable(
  'dead_jobs',
  {
    /** Time-ordered. */
    id: uuid('id').primaryKey(),
    queue: text('queue').notNull(),
    jobId: text('job_id').notNull(),
    name: text('name').notNull(),
    payload: json('payload'),
    version: integer('version').notNull(),
    reason: text('reason').notNull(),
    attempts: integer('attempts').notNull(),
    correlationId: text('correlation_id').notNull(),
    failedAt: time('failed_at').notNull().defaultNow(),
    /** Set once it was added to its queue again. */
    replayedAt: time('replayed_at'),
    replayedBy: uuid('replayed_by'),
  },
  (table) => [
    unique('dead_jobs_job').on(table.queue, table.jobId),
    index('dead_jobs_open')
      .on(table.queue, table.id)
      .where(sql`${table.replayedAt} is null`),
  ],
);

export type DeadJobRow = typeof deadJobsTable.$inferSelect;
