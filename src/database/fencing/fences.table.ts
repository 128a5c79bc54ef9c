import { bigint, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** The newest lock under which each resource was written: who has an older one is refused. */
export const fencesTable = pgTable('lock_fences', {
  /** `{name}:{id}` of the lock. */
  resource: text('resource').primaryKey(),
  token: bigint('token', { mode: 'bigint' }).notNull(),
  /** Of one acquisition: should two ever get the same token, the second is refused. */
  holder: text('holder').notNull(),
  raisedAt: timestamp('raised_at', { withTimezone: true }).notNull(),
});
