import { integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';

/** Beside the password: a key that the user's authenticator app has too. */
export const secondFactorsTable = pgTable('second_factors', {
  userId: userIdColumn().primaryKey(),
  sealedSecret: text('sealed_secret').notNull(),
  /** Null: the app has not shown a code yet, nothing is asked for at the sign-in. */
  confirmedAt: timestamp('confirmed_at', { withTimezone: true }),
  /** Of the last code that was taken (RFC 6238, 30 s each): it and those before it are worth nothing. */
  lastStep: integer('last_step').notNull(),
  /** Wrong codes in a row, since the moment beside it. */
  misses: integer('misses').notNull(),
  missedSince: timestamp('missed_since', { withTimezone: true }).notNull(),
});

/** For who has lost the app. A code that was used is deleted. */
export const recoveryCodesTable = pgTable(
  'recovery_codes',
  {
    userId: userIdColumn(),
    /** SHA-256, base64url: the codes are random, so that nothing slower is needed. */
    hash: text('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.hash] })],
);
