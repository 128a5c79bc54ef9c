import { date, index, integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';

/** Questions a user has asked in a UTC day. */
export const aiUsageTable = pgTable(
  'ai_usage',
  {
    userId: uuid('user_id').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    used: integer('used').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.day] }),
    // For dropping old days.
    index('ai_usage_by_day').on(table.day),
  ],
);
