import { boolean, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';
import { LOT_METHODS } from '../execution/lots.js';
import { decimalColumn } from './decimal.column.js';

/** A paper account: one per user, opened with its first use. */
export const accountsTable = pgTable('accounts', {
  id: uuid('id').primaryKey(),
  userId: userIdColumn().unique(),
  currency: text('currency', { enum: ['USD'] }).notNull(),
  startingCash: decimalColumn('starting_cash').notNull(),
  /** Free and reserved together. Like all figures here: the sum of the account's postings, kept by the `Ledger`. */
  cash: decimalColumn('cash').notNull(),
  reservedCash: decimalColumn('reserved_cash').notNull(),
  /** USD that stand behind its short positions, beside what is reserved. */
  collateral: decimalColumn('collateral').notNull().default('0'),
  /** Put in so far, less what was taken out; the starting cash is part of it. */
  contributed: decimalColumn('contributed').notNull(),
  /** USD that its trades have cost so far, beside their prices. */
  feesPaid: decimalColumn('fees_paid').notNull().default('0'),
  /** Of the last entry. */
  ledgerSeq: integer('ledger_seq').notNull(),
  /** Which lots its sales close, where they name none. */
  lotMethod: text('lot_method', { enum: LOT_METHODS }).notNull().default('fifo'),
  /** Its owner lets it sell what it does not hold. */
  shortSelling: boolean('short_selling').notNull().default(false),
  /** Corporate actions that are to be applied before anything else happens to the account. */
  pendingActions: integer('pending_actions').notNull().default(0),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
});

export type AccountRow = typeof accountsTable.$inferSelect;
