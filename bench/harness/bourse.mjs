// @ts-check
import { existsSync } from 'node:fs';

/** @typedef {import('../../src/redis/drivers.js').RedisDrivers} RedisDrivers */

const DIST = new URL('../../dist/', import.meta.url);

/**
 * A module of the build, as it runs in production.
 * @template Module
 * @param {string} path below `dist/`
 * @returns {Promise<Module>}
 */
export function importBuilt(path) {
  const url = new URL(path, DIST);
  if (!existsSync(url)) throw new Error(`dist/${path} is missing: npm run build`);
  return import(url.href);
}

/**
 * The Redis layer as one process of the application has it, with the application's own configuration.
 * @param {string} url
 * @param {Readonly<Record<string, string>>} [variables] of the environment, besides REDIS_URL
 * @returns {Promise<RedisDrivers>}
 */
export async function openBourse(url, variables = {}) {
  /** @type {typeof import('../../src/config/config.js')} */
  const { parseConfig } = await importBuilt('config/config.js');
  /** @type {typeof import('../../src/redis/connection/redis-connections.js')} */
  const { RedisConnections } = await importBuilt('redis/connection/redis-connections.js');
  /** @type {typeof import('../../src/redis/keys/redis-key.js')} */
  const { createKeyBuilder } = await importBuilt('redis/keys/redis-key.js');
  /** @type {typeof import('../../src/kernel/clock.js')} */
  const { systemClock } = await importBuilt('kernel/clock.js');
  /** @type {typeof import('../../src/redis/redis.drivers.js')} */
  const { createRedisDrivers } = await importBuilt('redis/redis.drivers.js');
  const config = parseConfig({ REDIS_URL: url, ...variables });
  const keys = createKeyBuilder(config.redis.keyPrefix);
  return createRedisDrivers(config, new RedisConnections(config), keys, systemClock);
}
