import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';

/** Symbols in which nothing is accepted and nothing fills, until an operator resumes them. */
export const tradingHaltsTable = pgTable('trading_halts', {
  symbol: text('symbol').primaryKey(),
  reason: text('reason').notNull(),
  /** The operator who halted it. */
  userId: userIdColumn(),
  haltedAt: timestamp('halted_at', { withTimezone: true }).notNull(),
});

export type TradingHaltRow = typeof tradingHaltsTable.$inferSelect;
