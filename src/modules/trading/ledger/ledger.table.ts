import {
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { accountsTable } from '../accounts/accounts.table.js';
import { decimalColumn } from '../accounts/decimal.column.js';
import { corporateActionsTable } from '../corporate-actions/corporate-actions.table.js';
import { executionsTable } from '../execution/executions.table.js';
import { ordersTable } from '../orders/orders.table.js';
import { OPTION_ENTRY_KINDS } from '../options/settlement.js';
import { LEDGER_BOOKS } from './postings.js';

/**
 * `opening`: the starting cash · `deposit`, `withdrawal`: cash in and out · `hold`: an order holds back what it may
 * cost · `release`: it ended, and no longer does · `fill`: it traded · `split`, `dividend`, `symbol_change`: what was announced
 * of a symbol was applied · `margin`: what stands behind a short position grew or shrank without a trade · `option_…`: a trade that the end of an option contract amounts to.
 */
export const LEDGER_ENTRY_KINDS = [
  'opening',
  'deposit',
  'withdrawal',
  'hold',
  'release',
  'fill',
  'split',
  'dividend',
  'symbol_change',
  'margin',
  ...OPTION_ENTRY_KINDS,
] as const;
export type LedgerEntryKind = (typeof LEDGER_ENTRY_KINDS)[number];

/** What happened to an account, in order. A trigger refuses to change or delete a row of it. */
export const ledgerEntriesTable = pgTable(
  'ledger_entries',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accountsTable.id),
    /** From 1 on, without gaps. */
    seq: integer('seq').notNull(),
    kind: text('kind', { enum: LEDGER_ENTRY_KINDS }).notNull(),
    orderId: uuid('order_id').references(() => ordersTable.id),
    executionId: uuid('execution_id')
      .unique()
      .references(() => executionsTable.id),
    /** Whose short position its collateral stands behind; null of an entry that moves none. */
    symbol: text('symbol'),
    corporateActionId: uuid('corporate_action_id').references(() => corporateActionsTable.id),
    /** What the client called a deposit or withdrawal. */
    clientTransferId: text('client_transfer_id'),
    at: timestamp('at', { withTimezone: true }).notNull(),
  },
  (table) => [
    unique('ledger_entries_seq').on(table.accountId, table.seq),
    unique('ledger_entries_corporate_action').on(table.accountId, table.corporateActionId),
    unique('ledger_entries_client_transfer_id').on(table.accountId, table.clientTransferId),
  ],
);

/** The lines of an entry. A trigger refuses those that do not sum to zero per currency and symbol. */
export const ledgerPostingsTable = pgTable(
  'ledger_postings',
  {
    entryId: uuid('entry_id')
      .notNull()
      .references(() => ledgerEntriesTable.id),
    line: smallint('line').notNull(),
    book: text('book', { enum: LEDGER_BOOKS }).notNull(),
    /** Whose shares; null for USD. */
    symbol: text('symbol'),
    amount: decimalColumn('amount').notNull(),
  },
  (table) => [primaryKey({ columns: [table.entryId, table.line] })],
);

export type LedgerEntryRow = typeof ledgerEntriesTable.$inferSelect;
export type LedgerPostingRow = typeof ledgerPostingsTable.$inferSelect;
