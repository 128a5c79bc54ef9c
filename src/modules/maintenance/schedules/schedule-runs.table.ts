import { integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { JsonValue } from '../../../kernel/json.js';
import { RUN_OUTCOMES } from './run-outcome.js';

const time = (name: string) => timestamp(name, { withTimezone: true });

/** A row per schedule: whose turn it is, and how it went the last time. Works without Redis. */
export const scheduleRunsTable = pgTable('schedule_runs', {
  name: text('name').primaryKey(),
  /** The due time that was run for last. */
  slotAt: time('slot_at').notNull(),
  /** Somebody asked for a run out of turn, which has not begun. */
  requestedAt: time('requested_at'),
  /** The run under way: all three set, or none. */
  runningSince: time('running_since'),
  runningOn: text('running_on'),
  leasedUntil: time('leased_until'),
  /** Grows with every claim: names the holder in whatever it reports. */
  claimNumber: integer('claim_number').notNull().default(0),
  /** The last run that ended. */
  startedAt: time('started_at'),
  finishedAt: time('finished_at'),
  durationMs: integer('duration_ms'),
  outcome: text('outcome', { enum: RUN_OUTCOMES }),
  result: jsonb('result').$type<JsonValue>(),
  error: text('error'),
  instance: text('instance'),
});

export type ScheduleRunRow = typeof scheduleRunsTable.$inferSelect;
