import { boolean, integer, pgTable, timestamp } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';
import { decimalColumn } from '../accounts/decimal.column.js';

/** What the signals of a user may do on their own. Without a row: nothing. */
export const autoTradingTable = pgTable('auto_trading_settings', {
  userId: userIdColumn().primaryKey(),
  enabled: boolean('enabled').notNull(),
  maxOrderNotional: decimalColumn('max_order_notional'),
  maxPositionNotional: decimalColumn('max_position_notional'),
  maxDailyLoss: decimalColumn('max_daily_loss'),
  maxOpenPositions: integer('max_open_positions'),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
});

export type AutoTradingRow = typeof autoTradingTable.$inferSelect;
