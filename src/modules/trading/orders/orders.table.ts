import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core';
import { accountsTable } from '../accounts/accounts.table.js';
import { decimalColumn } from '../accounts/decimal.column.js';
import { ORDER_SIDES, ORDER_TYPES } from './order.js';
import { ORDER_STATUSES } from './order-state.js';

export const ordersTable = pgTable(
  'orders',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accountsTable.id),
    clientOrderId: text('client_order_id').notNull(),
    symbol: text('symbol').notNull(),
    side: text('side', { enum: ORDER_SIDES }).notNull(),
    type: text('type', { enum: ORDER_TYPES }).notNull(),
    quantity: decimalColumn('quantity').notNull(),
    limitPrice: decimalColumn('limit_price'),
    status: text('status', { enum: ORDER_STATUSES }).notNull(),
    filledQuantity: decimalColumn('filled_quantity').notNull(),
    averageFillPrice: decimalColumn('average_fill_price'),
    /** Cash that a working buy order holds back; 0 once it is done. */
    reservedCash: decimalColumn('reserved_cash').notNull(),
    rejectReason: text('reject_reason'),
    /** Counts the changes: of two live messages about an order, the higher is the later. */
    version: integer('version').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    unique('orders_client_order_id').on(table.accountId, table.clientOrderId),
    index('orders_by_account').on(table.accountId, table.id),
    index('orders_working')
      .on(table.symbol, table.status)
      .where(sql`${table.status} in ('accepted', 'open')`),
  ],
);

export type OrderRow = typeof ordersTable.$inferSelect;
