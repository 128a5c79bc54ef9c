import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const time = (name: string) => timestamp(name, { withTimezone: true });

/**
 * Who is signed in. `last_active_at` changes often and is in no index, so that PostgreSQL can update the row
 * in its place (a "HOT" update).
 */
export const sessionsTable = pgTable(
  'sessions',
  {
    /** SHA-256 of the token, base64url. */
    tokenHash: text('token_hash').primaryKey(),
    id: uuid('id').notNull().unique(),
    /** No reference: this layer does not know the users. */
    userId: text('user_id').notNull(),
    createdAt: time('created_at').notNull(),
    lastActiveAt: time('last_active_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    revokedAt: time('revoked_at'),
    ip: text('ip').notNull(),
    userAgent: text('user_agent').notNull(),
  },
  (table) => [
    index('sessions_of_user').on(table.userId, table.createdAt),
    index('sessions_by_end').on(table.expiresAt),
  ],
);
