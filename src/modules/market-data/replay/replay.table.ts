import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** When the replay of a source began: what the position of every process is counted from. */
export const marketReplaysTable = pgTable('market_replays', {
  /** Fingerprint of the files and the speed. */
  source: text('source').primaryKey(),
  startedAt: timestamp('started_at', { withTimezone: true }).notNull(),
});
