import { doublePrecision, index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';
import { decimalColumn } from '../accounts/decimal.column.js';
import { ORDER_SIDES } from '../orders/order.js';

/** What a trader's strategies say about the market. Rows are never changed; they end by themselves, and are deleted later. */
export const signalsTable = pgTable(
  'signals',
  {
    id: uuid('id').primaryKey(),
    userId: userIdColumn(),
    symbol: text('symbol').notNull(),
    side: text('side', { enum: ORDER_SIDES }).notNull(),
    strategy: text('strategy').notNull(),
    /** From 0 to 1. */
    confidence: doublePrecision('confidence').notNull(),
    targetPrice: decimalColumn('target_price'),
    stopPrice: decimalColumn('stop_price'),
    validUntil: timestamp('valid_until', { withTimezone: true }).notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  // Of all that a user ever had, the valid ones are the last day's.
  (table) => [index('signals_by_user').on(table.userId, table.validUntil)],
);

export type SignalRow = typeof signalsTable.$inferSelect;
