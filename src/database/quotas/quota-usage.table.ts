import { date, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';

/** What users have used of their quotas, by period. */
export const quotaUsageTable = pgTable(
  'quota_usage',
  {
    userId: uuid('user_id').notNull(),
    quota: text('quota').notNull(),
    /** First day of the period, UTC. */
    startsOn: date('starts_on', { mode: 'string' }).notNull(),
    used: integer('used').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.quota, table.startsOn] }),
    // For dropping old periods.
    index('quota_usage_by_start').on(table.startsOn),
  ],
);
