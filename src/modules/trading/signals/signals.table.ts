import { sql } from 'drizzle-orm';
import {
  boolean,
  doublePrecision,
  index,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';
import { decimalColumn } from '../accounts/decimal.column.js';
import { ORDER_SIDES } from '../orders/order.js';
import { SIGNAL_STATUSES } from './signal-state.js';

/** What a trader's strategies say about the market. They end by themselves, and are deleted later. */
export const signalsTable = pgTable(
  'signals',
  {
    id: uuid('id').primaryKey(),
    userId: userIdColumn(),
    symbol: text('symbol').notNull(),
    side: text('side', { enum: ORDER_SIDES }).notNull(),
    strategy: text('strategy').notNull(),
    /** The model that made it, if one did. */
    modelId: text('model_id'),
    /** From 0 to 1. */
    confidence: doublePrecision('confidence').notNull(),
    targetPrice: decimalColumn('target_price'),
    stopPrice: decimalColumn('stop_price'),
    /** How much it suggests, shares or USD; at most one of the two. */
    quantity: decimalColumn('quantity'),
    notional: decimalColumn('notional'),
    status: text('status', { enum: SIGNAL_STATUSES }).notNull().default('pending'),
    /** Stored while automatic trading was on: it may become an order by itself. */
    automatic: boolean('automatic').notNull().default(false),
    /** Why it was refused: the code of an error. */
    reason: text('reason'),
    /** The one order that it ever became. */
    orderId: uuid('order_id'),
    validUntil: timestamp('valid_until', { withTimezone: true }).notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true })
      .notNull()
      .default(sql`now()`),
  },
  // Of all that a user ever had, the valid ones are the last day's.
  (table) => [
    index('signals_by_user').on(table.userId, table.validUntil),
    index('signals_undecided')
      .on(table.updatedAt)
      .where(
        sql`${table.status} = 'approved' or (${table.status} = 'pending' and ${table.automatic})`,
      ),
  ],
);

export type SignalRow = typeof signalsTable.$inferSelect;
