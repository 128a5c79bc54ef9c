import { integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

export interface StuckQueueReport {
  readonly queue: string;
  readonly stuckMs: number;
  /** In the last minute. */
  readonly restarts: number;
}

/** What each process counted in the last minute before `seen_at`: alerts look at all of them together. */
export const instanceReportsTable = pgTable('instance_reports', {
  instance: text('instance').primaryKey(),
  role: text('role').notNull(),
  seenAt: timestamp('seen_at', { withTimezone: true }).notNull(),
  lookups: integer('lookups').notNull(),
  hits: integer('hits').notNull(),
  connectionErrors: integer('connection_errors').notNull(),
  /** How long it has not been told of what others changed in caches, at `seen_at`; 0: it is. */
  linkBrokenMs: integer('link_broken_ms').notNull().default(0),
  /** Queues that its workers take no jobs of, or took none of until they were started anew. */
  stuckQueues: jsonb('stuck_queues').$type<StuckQueueReport[]>().notNull().default([]),
});
