import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { accountsTable } from '../accounts/accounts.table.js';
import { decimalColumn } from '../accounts/decimal.column.js';
import { contractDay, isContract } from '../options/contract-symbol.column.js';
import { ORDER_SIDES } from '../orders/order.js';
import { ordersTable } from '../orders/orders.table.js';

/** One row per fill, never changed. */
export const executionsTable = pgTable(
  'executions',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accountsTable.id),
    orderId: uuid('order_id')
      .notNull()
      .references(() => ordersTable.id),
    symbol: text('symbol').notNull(),
    side: text('side', { enum: ORDER_SIDES }).notNull(),
    quantity: decimalColumn('quantity').notNull(),
    price: decimalColumn('price').notNull(),
    /** The quote it was filled on: when it was made, and by which provider. */
    quoteAsOf: timestamp('quote_as_of', { withTimezone: true }).notNull(),
    quoteSource: text('quote_source').notNull(),
    executedAt: timestamp('executed_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    index('executions_by_account').on(table.accountId, table.id),
    index('executions_by_order').on(table.orderId),
  ],
);

export const positionsTable = pgTable(
  'positions',
  {
    accountId: uuid('account_id')
      .notNull()
      .references(() => accountsTable.id),
    symbol: text('symbol').notNull(),
    /** Free and reserved together; like `reservedQuantity` the sum of the postings, kept by the `Ledger`. */
    quantity: decimalColumn('quantity').notNull(),
    reservedQuantity: decimalColumn('reserved_quantity').notNull(),
    averageCost: decimalColumn('average_cost').notNull(),
    realizedPnl: decimalColumn('realized_pnl').notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.symbol] }),
    index('positions_open_contracts')
      .on(contractDay(table.symbol), table.accountId)
      .where(sql`${isContract(table.symbol)} and ${table.quantity} <> 0`),
  ],
);

export type ExecutionRow = typeof executionsTable.$inferSelect;
export type PositionRow = typeof positionsTable.$inferSelect;
