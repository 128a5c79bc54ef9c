import { sql } from 'drizzle-orm';
import { PostgresDatabase } from '../../../src/database/postgres.database.js';
import { createTestDatabase } from '../../support/servers/index.js';

/** The tables of trading, on one connection. */
export interface TradingTables {
  readonly database: PostgresDatabase;
  drop(): Promise<void>;
}

/** For tests of queries: rows go in without the accounts, users and orders that they are of. */
export async function openTradingTables(): Promise<TradingTables> {
  const { url, drop } = await createTestDatabase();
  const database = new PostgresDatabase({
    url,
    poolSize: 1,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 30_000,
    onError: () => undefined,
  });
  await database.migrate();
  await database.sql.execute(sql`set session_replication_role = replica`);
  return { database, drop: () => database.close().then(drop) };
}
