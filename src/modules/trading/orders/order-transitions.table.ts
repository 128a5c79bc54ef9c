import { integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { decimalColumn } from '../accounts/decimal.column.js';
import { executionsTable } from '../execution/executions.table.js';
import { OPTION_ENTRY_KINDS } from '../options/settlement.js';
import { ORDER_STATUSES } from './order-state.js';
import { ordersTable } from './orders.table.js';

/** Why an order took a step of its life. */
export const TRANSITION_REASONS = [
  'placed',
  /** It takes the place of another order. */
  'replacement',
  /** The market does not reach its price, or offers nothing more at this tick. */
  'waiting',
  /** The time that orders take to the market is not over. */
  'on_its_way',
  /** It may not trade now: the exchange is closed, or its auction is to come. */
  'waiting_for_session',
  /** The market has reached its stop: it trades as a market or limit order from now on. */
  'triggered',
  'fill',
  /** The entry of its group has bought what it sells: it works from now on. */
  'entry_filled',
  /** The entry of its group has ended: a leg works for what was bought until then, or ends with it. */
  'entry_ended',
  /** The entry of its group was replaced by one of another quantity. */
  'entry_replaced',
  /** The other leg of its group has traded: less is left for this one, or nothing. */
  'other_leg_filled',
  /** The other leg of its group, the stop, was reached: it sells in place of this one. */
  'other_leg_triggered',
  /** Another order of its group has ended, and takes this one with it. */
  'group_ended',
  'cancelled_by_owner',
  'replaced_by_owner',
  /** Trading in the symbol is halted. */
  'symbol_halted',
  /** `ioc`, `fok`: what did not trade at once. */
  'not_filled_at_once',
  /** The quote is too old to trade on. */
  'stale_quote',
  'time_in_force_over',
  /** The price left what was held back, and no other cash is free. */
  'insufficient_funds',
  /** An order by notional: what is left of it is less than the smallest part of a share. */
  'notional_spent',
  /** A short sale whose account has come to hold shares, by an assignment, say. */
  'opposite_order',
  /** A short position is no longer covered by its collateral, and no other cash is free. */
  'margin_call',
  /** A split, or a change of the symbol: the order is no longer what was meant. */
  'corporate_action',
  /** The market has no such symbol any more. */
  'unknown_symbol',
  /** Nobody placed it: it is one of the trades that the end of an option contract amounts to. */
  ...OPTION_ENTRY_KINDS,
] as const;
export type TransitionReason = (typeof TRANSITION_REASONS)[number];

/** The life of each order, step by step. A trigger refuses to change or delete a row of it. */
export const orderTransitionsTable = pgTable(
  'order_transitions',
  {
    orderId: uuid('order_id')
      .notNull()
      .references(() => ordersTable.id),
    /** The order's version with this step, from 1 on without gaps. */
    version: integer('version').notNull(),
    /** Null: the order came into being. */
    fromStatus: text('from_status', { enum: ORDER_STATUSES }),
    toStatus: text('to_status', { enum: ORDER_STATUSES }).notNull(),
    reason: text('reason', { enum: TRANSITION_REASONS }).notNull(),
    /** Shares that had traded with this step. */
    filledQuantity: decimalColumn('filled_quantity').notNull(),
    /** The quote that decided it; null where none did. */
    bid: decimalColumn('bid'),
    ask: decimalColumn('ask'),
    /** Price of the last trade: what stops look at. */
    last: decimalColumn('last'),
    quoteAsOf: timestamp('quote_as_of', { withTimezone: true }),
    /** The fill that it is. */
    executionId: uuid('execution_id').references(() => executionsTable.id),
    at: timestamp('at', { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.version] })],
);

export type OrderTransitionRow = typeof orderTransitionsTable.$inferSelect;
