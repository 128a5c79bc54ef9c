import { pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { SESSION_PHASES } from './session-calendar.js';

/** Openings and closings of the exchange that were told to the application, each once. */
export const marketSessionsTable = pgTable(
  'market_sessions',
  {
    /** In New York: `2025-03-14`. */
    date: text('date').notNull(),
    phase: text('phase', { enum: SESSION_PHASES }).notNull(),
    toldAt: timestamp('told_at', { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.date, table.phase] })],
);
