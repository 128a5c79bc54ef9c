import { integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { AccountVerdict } from './ledger-verifier.js';

const time = (name: string) => timestamp(name, { withTimezone: true });

/** Every account held against its journal, batch by batch: how far a check is, and what it found. */
export const ledgerChecksTable = pgTable('ledger_checks', {
  id: uuid('id').primaryKey(),
  startedAt: time('started_at').notNull().defaultNow(),
  endedAt: time('ended_at'),
  /** When the last batch was counted. */
  countedAt: time('counted_at').notNull().defaultNow(),
  /** The last account of the last batch that was counted. */
  cursor: text('cursor'),
  accounts: integer('accounts').notNull().default(0),
  entries: integer('entries').notNull().default(0),
  /** Accounts that differ from their journals. */
  differing: integer('differing').notNull().default(0),
  /** Of the first of them, what differs. */
  found: jsonb('found').$type<AccountVerdict[]>().notNull().default([]),
});

export type LedgerCheckRow = typeof ledgerChecksTable.$inferSelect;
