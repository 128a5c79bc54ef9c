import { index, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { JsonValue } from '../../kernel/json.js';

/** What must follow from a committed change. A row lives from its transaction until its delivery. */
export const outboxTable = pgTable(
  'outbox',
  {
    /** Time-ordered, and never used twice: it also names the job that the row becomes. */
    id: uuid('id').primaryKey(),
    /** `job`: `topic` is a queue, `name` a job; `event`: `topic` is an event, `name` is empty. */
    kind: text('kind', { enum: ['job', 'event'] }).notNull(),
    topic: text('topic').notNull(),
    name: text('name').notNull(),
    payload: jsonb('payload').$type<JsonValue>().notNull(),
    correlationId: text('correlation_id').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    attempts: integer('attempts').notNull().default(0),
    /** Not before this moment: a lease while a relay delivers the row, a back-off after a failure. */
    dueAt: timestamp('due_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index('outbox_due').on(table.dueAt, table.id)],
);

export type OutboxRow = typeof outboxTable.$inferSelect;
