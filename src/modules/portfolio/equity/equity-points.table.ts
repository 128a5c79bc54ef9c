import { pgTable, primaryKey, timestamp } from 'drizzle-orm/pg-core';
import { accountIdColumn, decimalColumn } from '../../trading/index.js';

/** What an account was worth, USD: one row per account and slot of the schedule. Rows are never changed. */
export const equityPointsTable = pgTable(
  'equity_points',
  {
    accountId: accountIdColumn(),
    /** The time that was due. */
    slotAt: timestamp('slot_at', { withTimezone: true }).notNull(),
    /** The time it was valued at: within the slot. */
    asOf: timestamp('as_of', { withTimezone: true }).notNull(),
    cash: decimalColumn('cash').notNull(),
    positionsValue: decimalColumn('positions_value').notNull(),
    equity: decimalColumn('equity').notNull(),
    /** Cash put in by then, less what was taken out. */
    contributed: decimalColumn('contributed').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.slotAt] })],
);

export type EquityPointRow = typeof equityPointsTable.$inferSelect;
