import { date, jsonb, pgTable, timestamp, unique, uuid } from 'drizzle-orm/pg-core';
import { accountIdColumn, decimalColumn } from '../../trading/index.js';

/** What is held at a closing. */
export interface HeldAtClosing {
  readonly symbol: string;
  readonly quantity: string;
  /** USD; null: there was no quote, and it counts at what it cost. */
  readonly marketValue: string | null;
}

/** What an account was at the close of a session, USD. One row a session in which something moved; never changed. */
export const accountStatementsTable = pgTable(
  'account_statements',
  {
    /** Time-ordered. */
    id: uuid('id').primaryKey(),
    accountId: accountIdColumn(),
    /** Of the session, in New York. */
    date: date('date').notNull(),
    /** The time it was valued at: soon after the close. */
    asOf: timestamp('as_of', { withTimezone: true }).notNull(),
    cash: decimalColumn('cash').notNull(),
    positionsValue: decimalColumn('positions_value').notNull(),
    equity: decimalColumn('equity').notNull(),
    contributed: decimalColumn('contributed').notNull(),
    realizedPnl: decimalColumn('realized_pnl').notNull(),
    feesPaid: decimalColumn('fees_paid').notNull(),
    positions: jsonb('positions').$type<readonly HeldAtClosing[]>().notNull(),
  },
  (table) => [unique('account_statements_session').on(table.accountId, table.date)],
);

export type StatementRow = typeof accountStatementsTable.$inferSelect;
