import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { VARIABLES } from './test-servers.mjs';

const TIMEOUT_MS = 5_000;

/**
 * Names of what tests make on a server that may be someone else's: all of a run begin alike.
 * @param {string} runId
 */
export const databasePrefix = (runId) => `bourse_test_${runId}_`;
/** @param {string} runId */
export const redisPrefix = (runId) => `test-${runId}-`;
/** Where data folders are. @param {string} runId */
export const dataFolders = (runId) => join(tmpdir(), `bourse-test-data-${runId}`);

/**
 * Removes the databases, keys and data folders that suites of this run left behind, most of all in a failure.
 * @param {string} runId
 */
export async function dropLeftovers(runId) {
  rmSync(dataFolders(runId), { recursive: true, force: true });
  await Promise.all([dropDatabases(databasePrefix(runId)), dropKeys(redisPrefix(runId))]);
}

/** @param {string} prefix */
async function dropDatabases(prefix) {
  const client = new pg.Client({
    connectionString: process.env[VARIABLES.postgres],
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  await client.connect();
  try {
    const { rows } = await client.query(
      'select datname from pg_database where starts_with(datname, $1)',
      [prefix],
    );
    for (const { datname } of rows)
      await client.query(`drop database if exists "${datname}" with (force)`);
  } finally {
    await client.end();
  }
}

/** @param {string} prefix */
async function dropKeys(prefix) {
  const redis = new Redis(process.env[VARIABLES.redis] ?? '', {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    // Everything before the prefix too: a hash tag's brace, for one.
    for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 })) {
      if (keys.length > 0) await redis.unlink(keys);
    }
  } finally {
    redis.disconnect();
  }
}
