import { jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { UserRole } from '../../kernel/principal.js';
import type { Settings } from './users.dto.js';

export const usersTable = pgTable('users', {
  id: uuid('id').primaryKey(),
  /** Lower case: one person, one account, however the address is typed. */
  email: text('email').notNull().unique(),
  displayName: text('display_name').notNull(),
  roles: text('roles').array().$type<UserRole[]>().notNull(),
  /** What the user changed; the rest is at its default. */
  settings: jsonb('settings').$type<Partial<Settings>>().notNull().default({}),
  /** Set: the account is closed to its owner, and all that it holds stays. */
  disabledAt: timestamp('disabled_at', { withTimezone: true }),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
});

export type UserRow = typeof usersTable.$inferSelect;
