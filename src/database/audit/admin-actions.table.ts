import { index, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { ACTION_OUTCOMES } from '../../kernel/admin-actions.js';
import type { JsonValue } from '../../kernel/json.js';

const time = (name: string) => timestamp(name, { withTimezone: true });

/** What administrators have done. No reference to the user: it outlives the account. */
export const adminActionsTable = pgTable(
  'admin_actions',
  {
    /** Time-ordered. */
    id: uuid('id').primaryKey(),
    actorId: uuid('actor_id').notNull(),
    action: text('action').notNull(),
    target: jsonb('target').$type<Readonly<Record<string, JsonValue>>>().notNull(),
    correlationId: text('correlation_id').notNull(),
    begunAt: time('begun_at').notNull().defaultNow(),
    endedAt: time('ended_at'),
    outcome: text('outcome', { enum: ACTION_OUTCOMES }).notNull().default('begun'),
    status: integer('status'),
  },
  (table) => [index('admin_actions_begun').on(table.begunAt)],
);

export type AdminActionRow = typeof adminActionsTable.$inferSelect;
