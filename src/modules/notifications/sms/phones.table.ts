import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';

/** The number of a user; it gets no news before its owner has said which code was sent there. */
export const notificationPhonesTable = pgTable('notification_phones', {
  userId: userIdColumn().primaryKey(),
  /** E.164 */
  number: text('number').notNull(),
  /** The code, sealed; null once it was said. */
  sealedCode: text('sealed_code'),
  codeExpiresAt: timestamp('code_expires_at', { withTimezone: true }).notNull(),
  /** Codes that were said and may have been wrong. */
  tries: integer('tries').notNull(),
  verifiedAt: timestamp('verified_at', { withTimezone: true }),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
});

export type PhoneRow = typeof notificationPhonesTable.$inferSelect;
