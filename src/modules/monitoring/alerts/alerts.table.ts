import { sql } from 'drizzle-orm';
import { doublePrecision, pgTable, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core';

export const alertsTable = pgTable(
  'alerts',
  {
    /** Time-ordered: the list reads it backwards. */
    id: uuid('id').primaryKey(),
    kind: text('kind').notNull(),
    message: text('message').notNull(),
    value: doublePrecision('value'),
    threshold: doublePrecision('threshold'),
    raisedAt: timestamp('raised_at', { withTimezone: true }).notNull(),
    /** null: it is active. */
    resolvedAt: timestamp('resolved_at', { withTimezone: true }),
  },
  (table) => [
    // Two instances that evaluate at the same time raise an alert once.
    uniqueIndex('alerts_active')
      .on(table.kind)
      .where(sql`${table.resolvedAt} is null`),
  ],
);

export type AlertRow = typeof alertsTable.$inferSelect;
