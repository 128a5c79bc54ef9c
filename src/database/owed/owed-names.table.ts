import { bigint, pgSequence, pgTable, text } from 'drizzle-orm/pg-core';

/** Grows with every entry: who settles one that was added again meanwhile leaves it. */
export const owedInvalidationVersions = pgSequence('owed_invalidation_versions');

const owedNames = (name: string) =>
  pgTable(name, {
    name: text('name').primaryKey(),
    version: bigint('version', { mode: 'bigint' }).notNull(),
  });

/** What caches are still to be told of: empty, but for outages of Redis. */
export const owedInvalidationsTable = owedNames('owed_invalidations');

/** Channels that are to begin anew, since a message was not published: empty, but for outages of Redis. */
export const owedLiveResetsTable = owedNames('owed_live_resets');

export type OwedNamesTable = ReturnType<typeof owedNames>;
