import { pgTable, timestamp, uuid } from 'drizzle-orm/pg-core';
import { accountsTable } from '../../accounts/accounts.table.js';
import { decimalColumn } from '../../accounts/decimal.column.js';

/** Limits of single accounts, in place of those of everybody; null: as for everybody. */
export const accountLimitsTable = pgTable('account_limits', {
  accountId: uuid('account_id')
    .primaryKey()
    .references(() => accountsTable.id),
  maxOrderQuantity: decimalColumn('max_order_quantity'),
  maxOrderNotional: decimalColumn('max_order_notional'),
  maxPositionNotional: decimalColumn('max_position_notional'),
  priceCollarPercent: decimalColumn('price_collar_percent'),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
});

export type AccountLimitsRow = typeof accountLimitsTable.$inferSelect;
