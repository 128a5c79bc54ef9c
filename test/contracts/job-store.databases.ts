import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import type { Database } from '../../src/database/database.js';
import { jobsTable, queueStatesTable } from '../../src/database/jobs/jobs.table.js';
import { PgliteDatabase } from '../../src/database/pglite.database.js';
import { PostgresDatabase } from '../../src/database/postgres.database.js';

export type DatabaseKind = Database['kind'];

/** A database of its own with the tables of the job store, empty. `close` leaves nothing behind. */
export async function openJobsDatabase(kind: DatabaseKind): Promise<{ database: Database; close: () => Promise<void> }> {
  if (kind === 'pglite') {
    const database = await PgliteDatabase.open('memory://');
    await createTables(database);
    return { database, close: () => database.close() };
  }
  const server = process.env['TEST_DATABASE_URL'] ?? '';
  const name = `jobs_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const database = connect(url.href);
  await createTables(database);
  return {
    database,
    close: async () => {
      await database.close();
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
}

/** From the table declarations themselves, so that the contract holds for what the migrations are made of. */
async function createTables(database: Database): Promise<void> {
  const empty = generateDrizzleJson({});
  const statements = await generateMigration(empty, generateDrizzleJson({ jobsTable, queueStatesTable }, empty.id));
  for (const statement of statements) await database.sql.execute(sql.raw(statement));
}

async function onServer(url: string, statement: string): Promise<void> {
  const database = connect(url);
  try {
    await database.sql.execute(sql.raw(statement));
  } finally {
    await database.close();
  }
}

function connect(url: string): PostgresDatabase {
  return new PostgresDatabase({
    url,
    poolSize: 10,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 10_000,
    onError: () => undefined,
  });
}
