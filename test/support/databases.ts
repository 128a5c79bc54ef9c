import type { Database } from '../../src/database/index.js';
import { PgliteDatabase } from '../../src/database/pglite.database.js';
import { PostgresDatabase } from '../../src/database/postgres.database.js';
import { createTestDatabase } from './servers/index.js';

export interface OpenDatabase {
  readonly database: Database;
  /** Leaves nothing behind. */
  remove(): Promise<void>;
}

/** A database with the committed tables, empty, for `describe.each`. */
export const DATABASES: readonly { readonly name: string; open(): Promise<OpenDatabase> }[] = [
  {
    name: 'PGlite',
    open: async () => {
      const database = await PgliteDatabase.open('memory://');
      await database.migrate();
      return { database, remove: () => database.close() };
    },
  },
  {
    name: 'PostgreSQL',
    open: async () => {
      const { url, drop } = await createTestDatabase();
      const database = new PostgresDatabase({
        url,
        poolSize: 10,
        connectTimeoutMs: 5_000,
        statementTimeoutMs: 10_000,
        onError: () => undefined,
      });
      await database.migrate();
      return { database, remove: () => database.close().then(drop) };
    },
  },
];
