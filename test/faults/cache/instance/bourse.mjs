// @ts-check
/** @import { Value } from '../key-space.mjs' */
import { LANES, laneOf, tagOf } from '../key-space.mjs';

/**
 * A cache as the harness sees it: ours or a peer's, in one process of a fleet.
 * @typedef {object} CacheUnderTest
 * @property {(index: number, load: () => Promise<Value>) => Promise<Value>} read
 * @property {(indices: readonly number[], load: (missing: readonly number[]) => Promise<Value[]>) => Promise<Value[]>} readMany
 * @property {(value: Value) => Promise<unknown>} set
 * @property {(index: number) => Promise<unknown>} delete
 * @property {(tag: string) => Promise<unknown>} invalidateTag
 * @property {(lane: number) => Promise<unknown>} invalidateNamespace all keys of the lane
 * @property {boolean} hasNamespaces whether it can do that
 * @property {() => Link | undefined} link undefined: it does not say
 * @property {() => Promise<unknown>} close
 *
 * @typedef {object} Link
 * @property {string} state
 * @property {number} owedInvalidations
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
/** @type {typeof import('../../../../src/redis/cache/cache-definition.js')} */
const { defineCache } = await load('redis/cache/cache-definition.js');
/** @type {typeof import('../../../../src/redis/connection/redis-connections.js')} */
const { RedisConnections } = await load('redis/connection/redis-connections.js');
/** @type {typeof import('../../../../src/redis/keys/redis-key.js')} */
const { createKeyBuilder } = await load('redis/keys/redis-key.js');
/** @type {typeof import('../../../../src/redis/redis.drivers.js')} */
const { createRedisDrivers } = await load('redis/redis.drivers.js');

const NAMESPACES = /** @type {const} */ (['market', 'users', 'trading', 'analytics']);

/** Outlives every scenario: no end of a value may hide a lost invalidation. */
const PLAIN = { ttlMs: 600_000 };
/** What the lanes differ in, so that every way through the cache is gone. */
const WAYS = [
  PLAIN,
  { ...PLAIN, encrypt: true },
  // Ends, is refreshed before, and may be served after its end: but never after an invalidation.
  { ttlMs: 1_500, refreshAfterMs: 500, graceMs: 10_000, softTimeoutMs: 500 },
  { ...PLAIN, compressAboveBytes: 100 },
];

const definitions = Array.from({ length: LANES }, (_, lane) =>
  /** @type {typeof defineCache<number, Value>} */ (defineCache)({
    name: `faults.lane-${lane}`,
    namespace: NAMESPACES[lane] ?? 'general',
    key: (/** @type {number} */ index) => `key-${index}`,
    tags: (/** @type {number} */ index) => [tagOf(index)],
    ...(WAYS[lane] ?? PLAIN),
  }),
);

/**
 * @typedef {import('../../../../src/redis/cache/cache-definition.js').CacheNamespace} CacheNamespace
 * @typedef {import('../../../../src/redis/cache/cache.js').Caches & {
 *   invalidateNamespace?: (namespace: CacheNamespace) => Promise<void>,
 *   link?: () => Link,
 *   close?: () => Promise<void>,
 * }} CachesUnderTest
 */

/** @param {Target} target @returns {Promise<CacheUnderTest>} */
export async function openBourse({ env }) {
  const config = parseConfig(env);
  const connections = new RedisConnections(config);
  const keys = createKeyBuilder(config.redis.keyPrefix);
  const drivers = await createRedisDrivers(config, connections, keys, systemClock);
  /** @type {CachesUnderTest} */
  const caches = drivers.caches;
  const lanes = definitions.map((definition) => caches.use(definition));
  const cacheOf = (/** @type {number} */ index) => {
    const cache = lanes[laneOf(index)];
    if (cache === undefined) throw new Error(`no cache holds key ${index}`);
    return cache;
  };
  return {
    read: (index, loadValue) => cacheOf(index).getOrSet(index, loadValue),
    readMany: async (indices, loadMany) => {
      const found = await cacheOf(indices[0] ?? 0).getOrSetMany(indices, loadMany);
      return /** @type {Value[]} */ (found);
    },
    set: (value) => cacheOf(value.index).set(value.index, value),
    delete: (index) => cacheOf(index).delete(index),
    invalidateTag: (tag) => caches.invalidateTags([tag]),
    invalidateNamespace: async (lane) => {
      const namespace = NAMESPACES[lane];
      if (namespace !== undefined) await caches.invalidateNamespace?.(namespace);
    },
    hasNamespaces: caches.invalidateNamespace !== undefined,
    link: () => caches.link?.(),
    close: async () => {
      await caches.close?.();
      await connections.onApplicationShutdown();
    },
  };
}
