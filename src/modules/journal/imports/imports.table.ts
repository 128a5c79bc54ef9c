import {
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { IMPORT_FORMATS } from '../formats/trade-row.js';
import { IMPORT_STATUSES } from './import-status.js';

/** Bytes as they are; both drivers take and give Uint8Arrays. */
const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

export interface RowError {
  /** In the file, the header being 1. */
  readonly line: number;
  readonly column: string | null;
  readonly message: string;
}

export const importsTable = pgTable(
  'journal_imports',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id').notNull(),
    fileName: text('file_name').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    format: text('format', { enum: IMPORT_FORMATS }).notNull(),
    status: text('status', { enum: IMPORT_STATUSES }).notNull(),
    /** Runs begun: names the holder in what it stores, so that an older one cannot. */
    runs: integer('runs').notNull(),
    /** Of the file, as far as its rows are stored. */
    bytesRead: integer('bytes_read').notNull(),
    rowsRead: integer('rows_read').notNull(),
    imported: integer('imported').notNull(),
    duplicates: integer('duplicates').notNull(),
    skipped: integer('skipped').notNull(),
    failed: integer('failed').notNull(),
    skippedReasons: jsonb('skipped_reasons').$type<Record<string, number>>().notNull(),
    /** The first of them. */
    errors: jsonb('errors').$type<RowError[]>().notNull(),
    failureCode: text('failure_code'),
    failureMessage: text('failure_message'),
    version: integer('version').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
    finishedAt: timestamp('finished_at', { withTimezone: true }),
  },
  (table) => [
    index('journal_imports_by_user').on(table.userId, table.id),
    index('journal_imports_by_status').on(table.status, table.updatedAt),
  ],
);

/** An uploaded file, until it is imported. */
export const importChunksTable = pgTable(
  'journal_import_chunks',
  {
    importId: uuid('import_id')
      .notNull()
      .references(() => importsTable.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    bytes: bytea('bytes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.importId, table.seq] })],
);

/** How often each content has come up in a file so far, until it is imported: memory need not hold it. */
export const importCountsTable = pgTable(
  'journal_import_counts',
  {
    importId: uuid('import_id')
      .notNull()
      .references(() => importsTable.id, { onDelete: 'cascade' }),
    contentHash: text('content_hash').notNull(),
    count: integer('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.importId, table.contentHash] })],
);

export type ImportRow = typeof importsTable.$inferSelect;
