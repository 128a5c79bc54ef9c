import { sql } from 'drizzle-orm';
import {
  bigserial,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import type { JsonValue } from '../../kernel/json.js';

/** What must follow from a committed change. A row lives from its transaction until its delivery. */
export const outboxTable = pgTable(
  'outbox',
  {
    /** Time-ordered, and never used twice: it also names the job that the row becomes. */
    id: uuid('id').primaryKey(),
    /**
     * Counts up in the order in which rows are written. Within a stream that is the order of the commits: whoever writes
     * into a stream holds a lock until its commit that every other writer of the stream must take first (of an
     * account's stream: the account's row), so the next number of the stream is taken after the commit of the one before.
     */
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    /** What is delivered one after the other, such as `account:<id>`. null: whenever, beside everything else. */
    stream: text('stream'),
    /** `job`: `topic` is a queue, `name` a job; `event`: `topic` is an event, `name` is empty. */
    kind: text('kind', { enum: ['job', 'event'] }).notNull(),
    topic: text('topic').notNull(),
    name: text('name').notNull(),
    payload: jsonb('payload').$type<JsonValue>().notNull(),
    /** Of a job's payload, as the release that wrote it declared it. */
    version: integer('version').notNull().default(1),
    correlationId: text('correlation_id').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    /** Deliveries that were begun; of rows in a stream, only those while it was the first of it count for sure. */
    attempts: integer('attempts').notNull().default(0),
    /** Why the last one failed. */
    lastError: text('last_error'),
    /**
     * Not before this moment: a lease while a relay delivers the row, a back-off after a failure. In a stream, that of
     * the first row holds for all.
     */
    dueAt: timestamp('due_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index('outbox_due')
      .on(table.dueAt, table.seq)
      .where(sql`${table.stream} is null`),
    // From here the first row of a stream, and the next stream after one, are one step each.
    index('outbox_streams')
      .on(table.stream, table.seq)
      .where(sql`${table.stream} is not null`),
    // What fails again and again, for people to see: almost always none.
    index('outbox_failing')
      .on(table.attempts)
      .where(sql`${table.attempts} > 8`),
  ],
);

export type OutboxRow = typeof outboxTable.$inferSelect;
