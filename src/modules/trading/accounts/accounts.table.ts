import { pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';
import { decimalColumn } from './decimal.column.js';

/** A paper account: one per user, opened with its first use. */
export const accountsTable = pgTable('accounts', {
  id: uuid('id').primaryKey(),
  userId: userIdColumn().unique(),
  currency: text('currency', { enum: ['USD'] }).notNull(),
  startingCash: decimalColumn('starting_cash').notNull(),
  cash: decimalColumn('cash').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
});

export type AccountRow = typeof accountsTable.$inferSelect;
