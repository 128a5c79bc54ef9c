import { sql } from 'drizzle-orm';
import {
  bigserial,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import type { SessionChange } from '../../kernel/session-records.js';

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
    /** Earlier than that of `session_generations`: the session has ended. */
    generation: integer('generation').notNull().default(0),
  },
  (table) => [
    index('sessions_of_user').on(table.userId, table.generation, table.createdAt),
    index('sessions_by_end').on(table.expiresAt),
  ],
);

/** How often all sessions of a user were ended; no row: never. One row, however many sessions that ends. */
export const sessionGenerationsTable = pgTable('session_generations', {
  userId: text('user_id').primaryKey(),
  generation: integer('generation').notNull(),
});

/** Tokens that sessions had before: used after its grace, one of them tells of a theft. They go with their session. */
export const retiredTokensTable = pgTable(
  'session_retired_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessionsTable.id, { onDelete: 'cascade' }),
    retiresAt: time('retires_at').notNull(),
  },
  (table) => [index('retired_tokens_of_session').on(table.sessionId)],
);

/** What processes follow. Kept for hours; read by its last seconds. */
export const sessionChangesTable = pgTable(
  'session_changes',
  {
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    change: jsonb('change').$type<SessionChange>().notNull(),
    /** By the clock of the database, when it was written: some milliseconds before others can see it. */
    loggedAt: time('logged_at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [index('session_changes_by_time').on(table.loggedAt)],
);
