import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { accountsTable } from '../accounts/accounts.table.js';
import { decimalColumn } from '../accounts/decimal.column.js';
import { executionsTable } from './executions.table.js';
import { CLOSING_METHODS } from './lots.js';

/** The shares that an execution brought, less what was closed of them since: below zero they were sold short. */
export const positionLotsTable = pgTable(
  'position_lots',
  {
    /** The execution that opened it. */
    id: uuid('id')
      .primaryKey()
      .references(() => executionsTable.id),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accountsTable.id),
    symbol: text('symbol').notNull(),
    /** The number of the ledger's entry that opened it: the order of lots. */
    openedSeq: integer('opened_seq').notNull(),
    /** Left. */
    quantity: decimalColumn('quantity').notNull(),
    /** USD that what is left has cost, all together: a cost a share would have to be rounded. */
    cost: decimalColumn('cost').notNull(),
    openedAt: timestamp('opened_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    index('position_lots_open')
      .on(table.accountId, table.symbol, table.openedSeq)
      .where(sql`${table.quantity} <> 0`),
  ],
);

/** What was closed of a lot, when and by what. A trigger refuses to change or delete a row of it. */
export const lotClosuresTable = pgTable(
  'lot_closures',
  {
    accountId: uuid('account_id')
      .notNull()
      .references(() => accountsTable.id),
    /** The number of the ledger's entry that closed it. */
    seq: integer('seq').notNull(),
    line: smallint('line').notNull(),
    symbol: text('symbol').notNull(),
    lotId: uuid('lot_id')
      .notNull()
      .references(() => positionLotsTable.id),
    /** Null: no trade closed it, but a corporate action. */
    executionId: uuid('execution_id').references(() => executionsTable.id),
    method: text('method', { enum: CLOSING_METHODS }).notNull(),
    quantity: decimalColumn('quantity').notNull(),
    proceeds: decimalColumn('proceeds').notNull(),
    cost: decimalColumn('cost').notNull(),
    realizedPnl: decimalColumn('realized_pnl').notNull(),
    closedAt: timestamp('closed_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.seq, table.line] }),
    index('lot_closures_by_date').on(table.accountId, table.closedAt),
  ],
);

export type PositionLotRow = typeof positionLotsTable.$inferSelect;
export type LotClosureRow = typeof lotClosuresTable.$inferSelect;
