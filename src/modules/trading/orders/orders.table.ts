import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
  type AnyPgColumn,
} from 'drizzle-orm/pg-core';
import { accountsTable } from '../accounts/accounts.table.js';
import { decimalColumn } from '../accounts/decimal.column.js';
import type { NamedLot } from '../execution/lots.js';
import { ORDER_SIDES, ORDER_TYPES } from './order.js';
import { ORDER_STATUSES } from './order-state.js';
import { TIMES_IN_FORCE } from './time-in-force.js';

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
    timeInForce: text('time_in_force', { enum: TIMES_IN_FORCE }).notNull(),
    /** From then on it trades no more; null: it may work for ever. */
    expiresAt: timestamp('expires_at', { withTimezone: true }),
    /** The order whose place it takes. */
    replaces: uuid('replaces').references((): AnyPgColumn => ordersTable.id),
    status: text('status', { enum: ORDER_STATUSES }).notNull(),
    filledQuantity: decimalColumn('filled_quantity').notNull(),
    /** USD that the filled shares traded for, not rounded: what averages are made of. */
    filledNotional: numeric('filled_notional', { precision: 40, scale: 16 }).notNull(),
    averageFillPrice: decimalColumn('average_fill_price'),
    /** Cash that a working buy order holds back, or one that writes puts; 0 once it is done. */
    reservedCash: decimalColumn('reserved_cash').notNull(),
    /** The part of `reservedCash` that is for fees. */
    reservedFees: decimalColumn('reserved_fees').notNull().default('0'),
    /** USD that its fills have paid to the broker. */
    fees: decimalColumn('fees').notNull().default('0'),
    /** Shares that a working sell order holds back; 0 once it is done. */
    reservedQuantity: decimalColumn('reserved_quantity').notNull(),
    /** Whose shares `reservedQuantity` are, where not those of `symbol`: of a written call the underlying's. */
    collateralSymbol: text('collateral_symbol'),
    /** The tick that it last traded on: no tick fills an order twice. */
    lastFillQuoteAsOf: timestamp('last_fill_quote_as_of', { withTimezone: true }),
    /** Which lots a sale is to close; null: by the account's method. */
    namedLots: jsonb('named_lots').$type<readonly NamedLot[]>(),
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
      .where(sql`${table.status} in ('accepted', 'open', 'partially_filled')`),
    index('orders_working_by_account')
      .on(table.accountId)
      .where(sql`${table.status} in ('accepted', 'open', 'partially_filled')`),
    index('orders_expiring')
      .on(table.expiresAt)
      .where(sql`${table.status} in ('accepted', 'open', 'partially_filled')`),
  ],
);

export type OrderRow = typeof ordersTable.$inferSelect;
