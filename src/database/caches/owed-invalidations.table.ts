import { bigint, pgSequence, pgTable, text } from 'drizzle-orm/pg-core';

/** Grows with every entry: who settles one that was added again meanwhile leaves it. */
export const owedInvalidationVersions = pgSequence('owed_invalidation_versions');

/** What caches are still to be told of: empty, but for outages of Redis. */
export const owedInvalidationsTable = pgTable('owed_invalidations', {
  name: text('name').primaryKey(),
  version: bigint('version', { mode: 'bigint' }).notNull(),
});
