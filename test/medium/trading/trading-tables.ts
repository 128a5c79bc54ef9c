import { sql } from 'drizzle-orm';
import { PostgresDatabase } from '../../../src/database/postgres.database.js';
import { createTestDatabase } from '../../support/servers/index.js';

const FILLED_MS = 120_000;

/**
 * The tables of trading on one connection, for the tests of the suite that asks for them. They are for tests of queries:
 * rows go in without the accounts, users and orders that they are of.
 * @param use gets the connection before the first test
 */
export function useTradingTables(
  use: (connection: PostgresDatabase) => Promise<void> | void,
): void {
  let end: () => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    const { url, drop } = await createTestDatabase();
    const database = new PostgresDatabase({
      url,
      poolSize: 1,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 30_000,
      onError: () => undefined,
    });
    end = () => database.close().then(drop);
    await database.migrate();
    await database.sql.execute(sql`set session_replication_role = replica`);
    await use(database);
  }, FILLED_MS);
  afterAll(() => end());
}
