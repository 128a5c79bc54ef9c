import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** What each process counted in the last minute before `seen_at`: alerts look at all of them together. */
export const instanceReportsTable = pgTable('instance_reports', {
  instance: text('instance').primaryKey(),
  role: text('role').notNull(),
  seenAt: timestamp('seen_at', { withTimezone: true }).notNull(),
  lookups: integer('lookups').notNull(),
  hits: integer('hits').notNull(),
  connectionErrors: integer('connection_errors').notNull(),
});
