import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** The queue Redis as it was when it held every job that it had been given. */
export const queueEpochsTable = pgTable('queue_epochs', {
  /** Of its keys. */
  prefix: text('prefix').primaryKey(),
  mark: text('mark').notNull(),
  server: text('server').notNull(),
  savedAt: timestamp('saved_at', { withTimezone: true }).notNull().defaultNow(),
});
