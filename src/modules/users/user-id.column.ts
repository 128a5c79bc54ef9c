import { uuid } from 'drizzle-orm/pg-core';
import { usersTable } from './users.table.js';

/** The column `user_id` of other modules' tables, referring to a user who exists. */
export const userIdColumn = () =>
  uuid('user_id')
    .notNull()
    .references(() => usersTable.id);
