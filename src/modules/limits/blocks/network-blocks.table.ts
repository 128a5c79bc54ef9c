import { index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const BLOCK_SOURCES = ['abuse', 'admin'] as const;
export const BLOCK_ACTIONS = ['raised', 'added', 'lifted'] as const;

/** One row per network that is blocked, or was lately: an ended one says how long the next will be. */
export const networkBlocksTable = pgTable(
  'network_blocks',
  {
    id: uuid('id').primaryKey(),
    /** In CIDR form, as `networkText` writes it. */
    network: text('network').notNull().unique(),
    reason: text('reason').notNull(),
    source: text('source', { enum: BLOCK_SOURCES }).notNull(),
    /** How many for abuse came one upon the other; 0: an administrator's. */
    level: integer('level').notNull(),
    /** Without a reference, as in all records of who did what; null: nobody, but the rule. */
    createdBy: uuid('created_by'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    /** null: until it is lifted. */
    endsAt: timestamp('ends_at', { withTimezone: true }),
  },
  (table) => [index('network_blocks_by_end').on(table.endsAt)],
);

export type NetworkBlockRow = typeof networkBlocksTable.$inferSelect;

/** Who blocked and unblocked whom, when, and why. */
export const networkBlockChangesTable = pgTable('network_block_changes', {
  id: uuid('id').primaryKey(),
  network: text('network').notNull(),
  action: text('action', { enum: BLOCK_ACTIONS }).notNull(),
  reason: text('reason').notNull(),
  /** null: nobody, but the rule. */
  changedBy: uuid('changed_by'),
  changedAt: timestamp('changed_at', { withTimezone: true }).notNull(),
  endsAt: timestamp('ends_at', { withTimezone: true }),
});

export type NetworkBlockChangeRow = typeof networkBlockChangesTable.$inferSelect;
