import { sql } from 'drizzle-orm';
import {
  bigserial,
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { json } from './json-column.js';

const time = (name: string) => timestamp(name, { withTimezone: true });

/** Jobs of the embedded queue driver; empty where a queue Redis is configured. */
export const jobsTable = pgTable(
  'jobs',
  {
    queue: text('queue').notNull(),
    id: text('id').notNull(),
    /** The order of adding: ids may be the caller's own. */
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    name: text('name').notNull(),
    payload: json('payload'),
    /** Of the payload's shape, as its job declares it. */
    version: integer('version').notNull().default(1),
    /** "Delayed" is not a state of its own here but a `waiting` job whose `run_at` is still to come. */
    state: text('state', {
      enum: ['waiting', 'waiting-children', 'active', 'completed', 'failed'],
    }).notNull(),
    priority: integer('priority').notNull(),
    attemptsMade: integer('attempts_made').notNull().default(0),
    maxAttempts: integer('max_attempts').notNull(),
    claimNumber: integer('claim_number').notNull().default(0),
    /** Claims that ended with their lease, not with a report. */
    lostClaims: integer('lost_claims').notNull().default(0),
    progress: integer('progress').notNull().default(0),
    result: json('result'),
    failedReason: text('failed_reason'),
    correlationId: text('correlation_id').notNull(),
    createdAt: time('created_at').notNull().defaultNow(),
    runAt: time('run_at').notNull(),
    /** Set exactly while the job is active. */
    leasedUntil: time('leased_until'),
    startedAt: time('started_at'),
    finishedAt: time('finished_at'),
    /** Somebody wants the job to end. */
    cancelled: boolean('cancelled').notNull().default(false),
    /** While it is set no other job of the queue with this key is added; it goes with the end of the job, or later. */
    dedupeKey: text('dedupe_key'),
    /** Set: the key stands until then, whatever becomes of the job. */
    dedupeUntil: time('dedupe_until'),
    /** The job that waits for this one, among others. */
    parentQueue: text('parent_queue'),
    parentId: text('parent_id'),
    /** Whether the failure of this one is that of its parent. */
    failsParent: boolean('fails_parent').notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.queue, table.id] }),
    // In the order of claiming, without the finished jobs, which are most of the table.
    index('jobs_unfinished')
      .on(table.queue, table.priority, table.runAt, table.seq)
      .where(sql`state in ('waiting', 'active')`),
    uniqueIndex('jobs_dedupe')
      .on(table.queue, table.dedupeKey)
      .where(sql`${table.dedupeKey} is not null`),
    index('jobs_children')
      .on(table.parentQueue, table.parentId)
      .where(sql`${table.parentId} is not null`),
    index('jobs_parents')
      .on(table.queue)
      .where(sql`state = 'waiting-children'`),
    index('jobs_finished')
      .on(table.queue, table.state, table.finishedAt)
      .where(sql`state in ('completed', 'failed')`),
  ],
);

export const queueStatesTable = pgTable('queue_states', {
  queue: text('queue').primaryKey(),
  paused: boolean('paused').notNull(),
  /** Of a queue with a rate limit: the window that jobs were begun in last, and how many. */
  windowStartedAt: time('window_started_at'),
  windowCount: integer('window_count').notNull().default(0),
});
