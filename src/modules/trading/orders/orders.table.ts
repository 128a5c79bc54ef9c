import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
  type AnyPgColumn,
} from 'drizzle-orm/pg-core';
import { accountsTable } from '../accounts/accounts.table.js';
import { decimalColumn } from '../accounts/decimal.column.js';
import type { NamedLot } from '../execution/lots.js';
import { ORDER_SIDES, ORDER_TYPES } from './order.js';
import { GROUP_ROLES, ORDER_CLASSES } from './groups/order-class.js';
import { ORDER_STATUSES } from './order-state.js';
import { TIMES_IN_FORCE } from './time-in-force.js';

export const ordersTable = pgTable(
  'orders',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accountsTable.id),
    clientOrderId: text('client_order_id').notNull(),
    /** What the request asked for that made it (`asked.ts`); null: no request did, or it is from before this was kept. */
    asked: text('asked'),
    symbol: text('symbol').notNull(),
    side: text('side', { enum: ORDER_SIDES }).notNull(),
    type: text('type', { enum: ORDER_TYPES }).notNull(),
    /** Of an order by notional an estimate, brought up to date with each fill; a leg's follows its group. */
    quantity: decimalColumn('quantity').notNull(),
    /** What `quantity` was when the order was accepted, where it has changed since or will; null: it is that still. */
    placedQuantity: decimalColumn('placed_quantity'),
    /** USD that it is for, instead of a quantity. */
    notional: decimalColumn('notional'),
    limitPrice: decimalColumn('limit_price'),
    /** Of a trailing stop it moves with `waterMark`, and is null until the order waits. */
    stopPrice: decimalColumn('stop_price'),
    trailAmount: decimalColumn('trail_amount'),
    trailPercent: decimalColumn('trail_percent'),
    /** The best price of the last trades since a trailing stop waits. */
    waterMark: decimalColumn('water_mark'),
    /** The tick that reached the stop; the order's next step tells it, at `triggeredAt`. */
    touchedAt: timestamp('touched_at', { withTimezone: true }),
    triggeredAt: timestamp('triggered_at', { withTimezone: true }),
    timeInForce: text('time_in_force', { enum: TIMES_IN_FORCE }).notNull(),
    /** Also before and after the regular session of the exchange. */
    extendedHours: boolean('extended_hours').notNull().default(false),
    /** The auction that it waits for; null: it may trade at once. */
    worksFrom: timestamp('works_from', { withTimezone: true }),
    /** From then on it trades no more; null: it may work for ever. */
    expiresAt: timestamp('expires_at', { withTimezone: true }),
    /** The order whose place it takes. */
    replaces: uuid('replaces').references((): AnyPgColumn => ordersTable.id),
    orderClass: text('order_class', { enum: ORDER_CLASSES }).notNull().default('simple'),
    /** The first order of its group; null: it is in none. */
    groupId: uuid('group_id').references((): AnyPgColumn => ordersTable.id),
    groupRole: text('group_role', { enum: GROUP_ROLES }),
    /** When a leg that was held began to work: its place in time. */
    activatedAt: timestamp('activated_at', { withTimezone: true }),
    status: text('status', { enum: ORDER_STATUSES }).notNull(),
    filledQuantity: decimalColumn('filled_quantity').notNull(),
    /** USD that the filled shares traded for, not rounded: what averages are made of. */
    filledNotional: numeric('filled_notional', { precision: 40, scale: 16 }).notNull(),
    averageFillPrice: decimalColumn('average_fill_price'),
    /** Cash that a working buy order holds back, or one that writes puts; 0 once it is done. */
    reservedCash: decimalColumn('reserved_cash').notNull(),
    /** The part of `reservedCash` that is for fees. */
    reservedFees: decimalColumn('reserved_fees').notNull().default('0'),
    /** USD that its fills have paid to the broker. */
    fees: decimalColumn('fees').notNull().default('0'),
    /** Shares that a working sell order holds back; 0 once it is done. */
    reservedQuantity: decimalColumn('reserved_quantity').notNull(),
    /** Whose shares `reservedQuantity` are, where not those of `symbol`: of a written call the underlying's. */
    collateralSymbol: text('collateral_symbol'),
    /** The tick that it last traded on: no tick fills an order twice. */
    lastFillQuoteAsOf: timestamp('last_fill_quote_as_of', { withTimezone: true }),
    /** Which lots a sale is to close; null: by the account's method. */
    namedLots: jsonb('named_lots').$type<readonly NamedLot[]>(),
    rejectReason: text('reject_reason'),
    /** Counts the changes: of two live messages about an order, the higher is the later. */
    version: integer('version').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    unique('orders_client_order_id').on(table.accountId, table.clientOrderId),
    index('orders_by_account').on(table.accountId, table.id),
    index('orders_by_limit')
      .on(table.symbol, table.side, table.limitPrice)
      .where(
        sql`${table.status} in ('open', 'partially_filled') and (${table.stopPrice} is null or ${table.triggeredAt} is not null) and ${table.worksFrom} is null`,
      ),
    index('orders_by_stop')
      .on(table.symbol, table.side, table.stopPrice)
      .where(
        sql`${table.status} in ('accepted', 'open') and ${table.stopPrice} is not null and ${table.touchedAt} is null`,
      ),
    index('orders_by_water_mark')
      .on(table.symbol, table.side, table.waterMark)
      .where(
        sql`${table.status} in ('accepted', 'open') and ${table.waterMark} is not null and ${table.touchedAt} is null`,
      ),
    index('orders_touched')
      .on(table.id)
      .where(
        sql`${table.status} in ('accepted', 'open') and ${table.touchedAt} is not null and ${table.triggeredAt} is null`,
      ),
    index('orders_for_auction')
      .on(table.worksFrom)
      .where(sql`${table.status} in ('accepted', 'open') and ${table.worksFrom} is not null`),
    index('orders_accepted')
      .on(table.updatedAt)
      .where(sql`${table.status} = 'accepted'`),
    index('orders_unfinished_by_account')
      .on(table.accountId)
      .where(sql`${table.status} in ('held', 'accepted', 'open', 'partially_filled')`),
    index('orders_by_group')
      .on(table.groupId)
      .where(sql`${table.groupId} is not null`),
    index('orders_expiring')
      .on(table.expiresAt)
      .where(sql`${table.status} in ('accepted', 'open', 'partially_filled')`),
  ],
);

export type OrderRow = typeof ordersTable.$inferSelect;
