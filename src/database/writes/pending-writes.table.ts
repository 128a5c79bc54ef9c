import {
  bigint,
  integer,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';

const time = (name: string) => timestamp(name, { withTimezone: true });

/** One for all keys: it goes on growing after the row of a key was flushed and deleted. */
export const pendingWriteVersions = pgSequence('pending_write_versions');

/**
 * Acknowledged writes whose source is still to be told. Few rows that change often: what changes is in no
 * index, so that PostgreSQL can update a row in its place (a "HOT" update).
 */
export const pendingWritesTable = pgTable(
  'pending_writes',
  {
    name: text('name').notNull(),
    key: text('key').notNull(),
    payload: text('payload').notNull(),
    /** Of the last claim; null: written since. */
    version: bigint('version', { mode: 'bigint' }),
    attempts: integer('attempts').notNull(),
    /** Of the first write that is not in the source yet. */
    writtenAt: time('written_at').notNull(),
    dueAt: time('due_at').notNull(),
    /** Both set exactly while a flush has the row. */
    holder: text('holder'),
    leasedUntil: time('leased_until'),
  },
  (table) => [primaryKey({ columns: [table.name, table.key] })],
);
