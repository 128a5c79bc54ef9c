import type { Database } from '../../src/database/database.js';
import { PgliteDatabase } from '../../src/database/pglite.database.js';
import { PostgresDatabase } from '../../src/database/postgres.database.js';
import { createTestDatabase } from '../support/servers/index.js';

export type DatabaseKind = Database['kind'];

export interface JobsDatabase {
  readonly database: Database;
  /** Leaves nothing behind. */
  close(): Promise<void>;
}

/** A database of its own with the committed tables, empty. */
export async function openJobsDatabase(kind: DatabaseKind): Promise<JobsDatabase> {
  if (kind === 'pglite') {
    const database = await PgliteDatabase.open('memory://');
    await database.migrate();
    return { database, close: () => database.close() };
  }
  const { url, drop } = await createTestDatabase();
  const database = new PostgresDatabase({
    url,
    poolSize: 10,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 10_000,
    onError: () => undefined,
  });
  await database.migrate();
  return { database, close: () => database.close().then(drop) };
}
