import { uuid } from 'drizzle-orm/pg-core';
import { accountsTable } from './accounts.table.js';

/** The column `account_id` of other modules' tables, referring to an account that exists. */
export const accountIdColumn = () =>
  uuid('account_id')
    .notNull()
    .references(() => accountsTable.id);
