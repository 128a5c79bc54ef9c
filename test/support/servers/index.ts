import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { dataFolders, databasePrefix, redisPrefix } from './leftovers.mjs';
import { VARIABLES } from './test-servers.mjs';

export { startTestServers, type TestServers } from './test-servers.mjs';

/** A PostgreSQL database that belongs to one suite. */
export interface TestDatabase {
  readonly url: string;
  /** Also while connections to it are open: they are cut. */
  drop(): Promise<void>;
}

/** The Redis of this test run (`noeviction`, so good for queues too). Take a prefix of your own on it. */
export function testRedisUrl(): string {
  return variable(VARIABLES.redis);
}

/** The PostgreSQL of this test run, as a user that may create databases; suites use {@link createTestDatabase}. */
export function testDatabaseUrl(): string {
  return variable(VARIABLES.postgres);
}

/** A valid `REDIS_KEY_PREFIX` that nobody else uses. Its keys go when the run ends. */
export function createTestRedisPrefix(): string {
  return `${redisPrefix(runId())}${unique()}`;
}

/** A new, empty database. A suite drops it in `afterAll`; the end of the run drops what is left. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `${databasePrefix(runId())}${unique()}`;
  // template0: nobody can be connected to it, which would make PostgreSQL refuse the copy.
  await administrate(`create database "${name}" template template0`);
  const url = new URL(testDatabaseUrl());
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    drop: () => administrate(`drop database if exists "${name}" with (force)`),
  };
}

/** A `DATA_DIR` that belongs to one suite. */
export interface TestDataFolder {
  readonly path: string;
  remove(): void;
}

/** The embedded database with the committed tables, empty, closed. The end of the run removes what is left. */
export function createTestDataFolder(): TestDataFolder {
  const path = join(dataFolders(runId()), unique());
  mkdirSync(path, { recursive: true, mode: 0o700 });
  copyFolder(variable('TEST_DATA_TEMPLATE'), join(path, 'pglite'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Node's own `cpSync` looks at every file so often that it takes three times as long. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const copy = entry.isDirectory() ? copyFolder : copyFileSync;
    copy(join(from, entry.name), join(to, entry.name));
  }
}

async function administrate(statement: string): Promise<void> {
  const client = new pg.Client({
    connectionString: testDatabaseUrl(),
    connectionTimeoutMillis: 15_000,
    query_timeout: 20_000,
  });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function runId(): string {
  return variable('TEST_RUN_ID');
}

function unique(): string {
  return randomBytes(4).toString('hex');
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: only suites under test/ have servers (jest.config.mjs)`);
  return value;
}
