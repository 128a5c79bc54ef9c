// @ts-check
/** @import { RateLimiter } from '../../../../src/kernel/rate-limiter.js' */

/**
 * A rate limiter as the harness sees it: ours or a peer's, in one process of a fleet.
 * @typedef {object} LimiterUnderTest
 * @property {(subject: string, cost: number) => Promise<boolean>} ask whether it is let through
 * @property {() => import('../../../../src/kernel/rate-limiter.js').RateLimiterStatus | undefined} status undefined: it does not say
 * @property {() => Promise<unknown>} close
 *
 * @typedef {object} Policy
 * @property {number} limit
 * @property {number} windowMs
 *
 * @typedef {object} Target
 * @property {Record<string, string>} env how Bourse is told
 * @property {{ host: string, port: number }} address how a peer is told
 */

const DIST = new URL('../../../../dist/', import.meta.url);

/** @param {string} path @returns {Promise<any>} */
const load = (path) => import(new URL(path, DIST).href);

/** @type {typeof import('../../../../src/config/config.js')} */
const { parseConfig } = await load('config/config.js');
/** @type {typeof import('../../../../src/kernel/clock.js')} */
const { systemClock } = await load('kernel/clock.js');
/** @type {typeof import('../../../../src/redis/connection/redis-connections.js')} */
const { RedisConnections } = await load('redis/connection/redis-connections.js');
/** @type {typeof import('../../../../src/redis/keys/redis-key.js')} */
const { createKeyBuilder } = await load('redis/keys/redis-key.js');
/** @type {typeof import('../../../../src/redis/rate-limit/redis.rate-limiter.js')} */
const { RedisRateLimiter } = await load('redis/rate-limit/redis.rate-limiter.js');
/** @type {typeof import('../../../../src/redis/rate-limit/memory.rate-limiter.js')} */
const { MemoryRateLimiter } = await load('redis/rate-limit/memory.rate-limiter.js');

/** With the application's own configuration. @param {Target} target @param {Policy} policy @returns {Promise<LimiterUnderTest>} */
export async function openBourse({ env }, policy) {
  const config = parseConfig(env);
  const connections = new RedisConnections(config);
  await connections.waitUntilReady(connections.command);
  const keys = createKeyBuilder(config.redis.keyPrefix);
  const limiter = await new RedisRateLimiter(connections, keys, config.limiter).start();
  return underTest(limiter, policy, async () => {
    await limiter.beforeApplicationShutdown();
    await connections.onApplicationShutdown();
  });
}

/** One that shares its counts with nobody: the checker must notice. @param {Policy} policy @returns {LimiterUnderTest} */
export function openAlone(policy) {
  const limiter = new MemoryRateLimiter(systemClock);
  return { ...underTest(limiter, policy, async () => undefined), status: () => undefined };
}

/** @param {RateLimiter} limiter @param {Policy} figures @param {() => Promise<void>} close @returns {LimiterUnderTest} */
function underTest(limiter, figures, close) {
  const policy = { name: 'faults', ...figures };
  return {
    ask: async (subject, cost) => (await limiter.consume(policy, subject, cost)).allowed,
    status: () => limiter.status(),
    close,
  };
}
