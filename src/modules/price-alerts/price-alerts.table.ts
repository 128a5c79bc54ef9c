import { sql } from 'drizzle-orm';
import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { decimalColumn } from '../trading/index.js';
import { userIdColumn } from '../users/index.js';
import { ALERT_DIRECTIONS } from './alert-direction.js';

/** Prices that users want to be told of, once. Armed until `fired_at` is set. */
export const priceAlertsTable = pgTable(
  'price_alerts',
  {
    id: uuid('id').primaryKey(),
    userId: userIdColumn(),
    symbol: text('symbol').notNull(),
    direction: text('direction', { enum: ALERT_DIRECTIONS }).notNull(),
    /** USD a unit. */
    price: decimalColumn('price').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    firedAt: timestamp('fired_at', { withTimezone: true }),
    /** The last trade that fired it. */
    firedPrice: decimalColumn('fired_price'),
  },
  (table) => [
    index('price_alerts_by_user').on(table.userId, table.id),
    index('price_alerts_armed')
      .on(table.symbol, table.direction, table.price)
      .where(sql`${table.firedAt} is null`),
    index('price_alerts_armed_by_user')
      .on(table.userId)
      .where(sql`${table.firedAt} is null`),
  ],
);

export type PriceAlertRow = typeof priceAlertsTable.$inferSelect;
