import { index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** What jobs have done already, each in the transaction that did it. */
export const jobEffectsTable = pgTable(
  'job_effects',
  {
    queue: text('queue').notNull(),
    /** Of the effect: what it is about, or the id of its job. */
    key: text('key').notNull(),
    recordedAt: timestamp('recorded_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.queue, table.key] }),
    // For forgetting the old ones.
    index('job_effects_by_age').on(table.recordedAt),
  ],
);
