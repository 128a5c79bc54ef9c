import { sql } from 'drizzle-orm';
import { index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';
import { accountsTable } from '../accounts/accounts.table.js';
import { decimalColumn } from '../accounts/decimal.column.js';
import { CORPORATE_ACTION_KINDS, FRACTION_RULES } from './corporate-action.js';

/** What an operator has announced of a symbol. It stays as it is, but for when it was done. */
export const corporateActionsTable = pgTable('corporate_actions', {
  id: uuid('id').primaryKey(),
  /** The operator's name for it: nothing happens twice under one. */
  reference: text('reference').notNull().unique(),
  kind: text('kind', { enum: CORPORATE_ACTION_KINDS }).notNull(),
  symbol: text('symbol').notNull(),
  /** Of a split. */
  splitFrom: integer('split_from'),
  splitTo: integer('split_to'),
  fractions: text('fractions', { enum: FRACTION_RULES }),
  cashInLieuPrice: decimalColumn('cash_in_lieu_price'),
  /** Of a dividend. */
  cashPerShare: decimalColumn('cash_per_share'),
  /** Of a symbol change. */
  newSymbol: text('new_symbol'),
  /** The operator. */
  userId: userIdColumn(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  /** Done in every account. */
  appliedAt: timestamp('applied_at', { withTimezone: true }),
});

/** The accounts that an action concerns: those that held the symbol, or had orders of it, when it was announced. */
export const corporateActionAccountsTable = pgTable(
  'corporate_action_accounts',
  {
    actionId: uuid('action_id')
      .notNull()
      .references(() => corporateActionsTable.id),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accountsTable.id),
    appliedAt: timestamp('applied_at', { withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.actionId, table.accountId] }),
    index('corporate_action_accounts_pending')
      .on(table.accountId)
      .where(sql`${table.appliedAt} is null`),
  ],
);

export type CorporateActionRow = typeof corporateActionsTable.$inferSelect;
