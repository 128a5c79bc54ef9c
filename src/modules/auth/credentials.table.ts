import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../users/index.js';

/** Apart from the profile, so that no query for a profile can ever carry a password hash along. */
export const credentialsTable = pgTable('credentials', {
  userId: userIdColumn().primaryKey(),
  /** argon2id in its own encoding, parameters and salt included. */
  passwordHash: text('password_hash').notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
});
