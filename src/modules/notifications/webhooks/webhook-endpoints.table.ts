import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';

/** Where users have their news sent as requests. */
export const webhookEndpointsTable = pgTable(
  'webhook_endpoints',
  {
    id: uuid('id').primaryKey(),
    userId: userIdColumn(),
    url: text('url').notNull(),
    /** What signs the requests, sealed (`kernel/secret-box.ts`); it is nowhere else. */
    sealedSecret: text('sealed_secret').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    /** By the user, or by the receiver, who said that it is gone (410). */
    disabledAt: timestamp('disabled_at', { withTimezone: true }),
  },
  (table) => [index('webhook_endpoints_by_user').on(table.userId, table.id)],
);

export type WebhookEndpointRow = typeof webhookEndpointsTable.$inferSelect;
