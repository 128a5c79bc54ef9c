import {
  index,
  integer,
  numeric,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { JOURNAL_SIDES, TRADE_SOURCES } from '../formats/trade-row.js';
import { importsTable } from '../imports/imports.table.js';

/** The trades of a user, wherever they were made. A row is never changed; undoing its import removes it. */
export const journalTradesTable = pgTable(
  'journal_trades',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id').notNull(),
    /** null: not imported, an execution of Bourse. */
    importId: uuid('import_id').references(() => importsTable.id),
    source: text('source', { enum: TRADE_SOURCES }).notNull(),
    /** What makes it one trade, however often it is told (`fingerprint.ts`). */
    fingerprint: text('fingerprint').notNull(),
    brokerTradeId: text('broker_trade_id'),
    symbol: text('symbol').notNull(),
    side: text('side', { enum: JOURNAL_SIDES }).notNull(),
    // Without a scale: fractions of coins are kept to the last digit.
    quantity: numeric('quantity').notNull(),
    price: numeric('price').notNull(),
    fee: numeric('fee').notNull(),
    feeCurrency: text('fee_currency').notNull(),
    currency: text('currency').notNull(),
    executedAt: timestamp('executed_at', { withTimezone: true }).notNull(),
    /** In its file. */
    line: integer('line'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    uniqueIndex('journal_trades_fingerprint').on(table.userId, table.fingerprint),
    // The list, latest first.
    index('journal_trades_by_time').on(table.userId, table.executedAt, table.id),
    // The way of round trips: each symbol in the order of time; a day's purchases come before its sales.
    index('journal_trades_by_symbol').on(
      table.userId,
      table.symbol,
      table.currency,
      table.executedAt,
      table.side,
      table.id,
    ),
    index('journal_trades_by_import').on(table.importId),
  ],
);

export type JournalTradeRow = typeof journalTradesTable.$inferSelect;
