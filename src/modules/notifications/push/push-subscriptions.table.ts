import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';

/** Browsers that users have news pushed to (Push API). */
export const pushSubscriptionsTable = pgTable(
  'push_subscriptions',
  {
    id: uuid('id').primaryKey(),
    userId: userIdColumn(),
    /** At the push service of the browser. */
    endpoint: text('endpoint').notNull().unique(),
    /** Public key of the browser, base64url. */
    p256dh: text('p256dh').notNull(),
    /** Its secret, sealed. */
    sealedAuth: text('sealed_auth').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  (table) => [index('push_subscriptions_by_user').on(table.userId, table.id)],
);

export type PushSubscriptionRow = typeof pushSubscriptionsTable.$inferSelect;
