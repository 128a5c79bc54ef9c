import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { ApiScope } from '../../../kernel/principal.js';
import { userIdColumn } from '../../users/index.js';

export const apiKeysTable = pgTable(
  'api_keys',
  {
    id: uuid('id').primaryKey(),
    userId: userIdColumn(),
    /** What its owner calls it. */
    name: text('name').notNull(),
    /** SHA-256, base64url: a key is random, so that nothing slower is needed. */
    hash: text('hash').notNull().unique(),
    scopes: text('scopes').array().$type<ApiScope[]>().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    /** Null: until it is revoked. */
    expiresAt: timestamp('expires_at', { withTimezone: true }),
    /** To the minute or so. */
    lastUsedAt: timestamp('last_used_at', { withTimezone: true }),
  },
  (table) => [index('api_keys_user').on(table.userId)],
);
export type ApiKeyRow = typeof apiKeysTable.$inferSelect;
