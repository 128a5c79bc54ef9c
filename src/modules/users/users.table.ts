import { pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { UserRole } from '../../kernel/principal.js';

export const usersTable = pgTable('users', {
  id: uuid('id').primaryKey(),
  /** Lower case: one person, one account, however the address is typed. */
  email: text('email').notNull().unique(),
  displayName: text('display_name').notNull(),
  roles: text('roles').array().$type<UserRole[]>().notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
});

export type UserRow = typeof usersTable.$inferSelect;
