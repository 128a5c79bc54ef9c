import type { Config } from '../config/config.js';
import type { Database } from './database.js';
import { PgliteDatabase } from './pglite.database.js';
import { PostgresDatabase } from './postgres.database.js';

/** PostgreSQL when `DATABASE_URL` is set, else the embedded PGlite; not migrated yet. */
export async function openDatabase(
  config: Config,
  onError: (error: Error) => void,
): Promise<Database> {
  const { url, poolSize, connectTimeoutMs, statementTimeoutMs, dataDir } = config.database;
  if (url === undefined) return PgliteDatabase.open(dataDir);
  return new PostgresDatabase({ url, poolSize, connectTimeoutMs, statementTimeoutMs, onError });
}
