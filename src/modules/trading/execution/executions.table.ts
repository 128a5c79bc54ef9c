import { sql } from 'drizzle-orm';
import { index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { accountsTable } from '../accounts/accounts.table.js';
import { decimalColumn } from '../accounts/decimal.column.js';
import { contractDay, isContract } from '../options/contract-symbol.column.js';
import { ORDER_SIDES, ORDER_TYPES } from '../orders/order.js';
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
    /** USD, beside the price. */
    fee: decimalColumn('fee').notNull().default('0'),
    /** The kind of order that the quote filled. */
    rule: text('rule', { enum: ORDER_TYPES }).notNull().default('market'),
    /** Of its entry in the account's journal: the order in which the fills of an account happened. */
    sequence: integer('sequence').notNull().default(0),
    /** USD a share that the price is worse than the quoted one. */
    slippage: decimalColumn('slippage').notNull().default('0'),
    /** The quote's prices and sizes; null of fills from before they were kept, and where it names no sizes. */
    bid: decimalColumn('bid'),
    ask: decimalColumn('ask'),
    bidSize: decimalColumn('bid_size'),
    askSize: decimalColumn('ask_size'),
    /** The quote it was filled on: when it was made, and by which provider. */
    quoteAsOf: timestamp('quote_as_of', { withTimezone: true }).notNull(),
    quoteSource: text('quote_source').notNull(),
    executedAt: timestamp('executed_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    index('executions_by_account').on(table.accountId, table.id),
    index('executions_by_order').on(table.orderId),
    index('executions_by_tick').on(table.symbol, table.quoteAsOf),
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
    /**
     * USD that the open lots cost, all together; below zero what short sales brought. The default is for the
     * migration alone, which drops it: a process from before lots must not write positions.
     */
    costBasis: decimalColumn('cost_basis').notNull().default('0'),
    /** USD that stand behind it while it is short: the account's `collateral` is the sum of them. */
    collateral: decimalColumn('collateral').notNull().default('0'),
    /** `costBasis` a share. */
    averageCost: decimalColumn('average_cost').notNull(),
    /** The sum of the closures of its lots. */
    realizedPnl: decimalColumn('realized_pnl').notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.symbol] }),
    index('positions_short')
      .on(table.symbol, table.accountId)
      .where(sql`${table.quantity} < 0 and not ${isContract(table.symbol)}`),
    index('positions_open_contracts')
      .on(contractDay(table.symbol), table.accountId)
      .where(sql`${isContract(table.symbol)} and ${table.quantity} <> 0`),
  ],
);

export type ExecutionRow = typeof executionsTable.$inferSelect;
export type PositionRow = typeof positionsTable.$inferSelect;
