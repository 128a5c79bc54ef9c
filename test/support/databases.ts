import type { Database } from '../../src/database/index.js';
import { PgliteDatabase } from '../../src/database/pglite.database.js';
import { PostgresDatabase } from '../../src/database/postgres.database.js';
import { createTestDatabase, createTestDataFolder } from './servers/index.js';

export type DatabaseKind = Database['kind'];

export interface TestDatabaseHandle {
  readonly database: Database;
  /** Leaves nothing behind. */
  close(): Promise<void>;
}

/** A database of its own with the committed tables, empty. */
export async function openTestDatabase(kind: DatabaseKind): Promise<TestDatabaseHandle> {
  if (kind === 'pglite') {
    const folder = createTestDataFolder();
    const database = await PgliteDatabase.open(folder.path);
    return { database, close: () => database.close().then(folder.remove) };
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

/** For `describe.each`. */
export const DATABASES: readonly { readonly name: string; open(): Promise<TestDatabaseHandle> }[] =
  [
    { name: 'PGlite', open: () => openTestDatabase('pglite') },
    { name: 'PostgreSQL', open: () => openTestDatabase('postgres') },
  ];
