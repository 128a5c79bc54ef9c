// @ts-check
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startTestServers } from '../../../test/support/servers/test-servers.mjs';
import { Program } from './program.mjs';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

/** @typedef {Readonly<Record<string, string>>} Variables */

/**
 * An empty Redis and an empty PostgreSQL, and how the application is told of them.
 * @template Result
 * @param {(variables: Variables) => Promise<Result>} use
 * @returns {Promise<Result>}
 */
export async function withServers(use) {
  const servers = await startTestServers(['redis', 'postgres']);
  try {
    const { redis: REDIS_URL = '', postgres: DATABASE_URL = '' } = servers.urls;
    return await use({ REDIS_URL, DATABASE_URL });
  } finally {
    await servers.stop();
  }
}

/**
 * The built application as one API process.
 * @param {Variables} variables
 */
export function startBourse(variables) {
  return Program.start([MAIN], {
    NODE_ENV: 'production',
    ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    BOURSE_ROLE: 'api',
    ...variables,
  });
}
