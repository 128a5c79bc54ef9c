// @ts-check
import { Redis } from 'ioredis';
import { startTestServers } from '../../test/support/servers/test-servers.mjs';

/**
 * A Redis of its own on a free port, empty, without persistence.
 * @typedef {object} BenchRedis
 * @property {string} url
 * @property {number} pid
 */

/**
 * Starts a Redis for each of `names`, hands them over and ends them again.
 * @template {string} Name
 * @template Result
 * @param {readonly Name[]} names
 * @param {(servers: Record<Name, BenchRedis>) => Promise<Result>} use
 * @returns {Promise<Result>}
 */
export async function withRedisEach(names, use) {
  const starts = await Promise.allSettled(names.map(() => startTestServers(['redis'])));
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  try {
    for (const start of starts) if (start.status === 'rejected') throw start.reason;
    const servers = await Promise.all(
      started.map(async ({ urls: { redis: url = '' } }) => ({ url, pid: await pidOf(url) })),
    );
    return await use(
      /** @type {Record<Name, BenchRedis>} */ (
        Object.fromEntries(names.map((name, i) => [name, servers[i]]))
      ),
    );
  } finally {
    await Promise.all(started.map((server) => server.stop()));
  }
}

/**
 * {@link withRedisEach} of one.
 * @template Result
 * @param {(redis: BenchRedis) => Promise<Result>} use
 * @returns {Promise<Result>}
 */
export function withRedis(use) {
  return withRedisEach(['redis'], ({ redis }) => use(redis));
}

/** @param {string} url @returns {Promise<number>} */
async function pidOf(url) {
  const client = new Redis(url, { connectTimeout: 5_000, commandTimeout: 5_000 });
  try {
    const [, pid] = /^process_id:(\d+)/m.exec(await client.info('server')) ?? [];
    if (pid === undefined) throw new Error('Redis does not tell its process id');
    return Number(pid);
  } finally {
    client.disconnect();
  }
}
