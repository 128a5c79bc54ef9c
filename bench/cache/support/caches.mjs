// @ts-check
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { Redis } from 'ioredis';
import { importBuilt, openBourse } from '../../harness/bourse.mjs';
import { keyOf } from './workload.mjs';

/** @typedef {import('../../../src/redis/cache/cache.js').Caches} Caches */
/** @typedef {import('./workload.mjs').Params} Params */
/** @typedef {import('./workload.mjs').Profile} Profile */

/** Entries in the process, of every side: our default. */
export const LOCAL_ENTRIES = 1_000;
/** Outlives every run. */
export const TTL_MS = 3_600_000;

/** Peers wait for ever by default; on a busy machine a command that is given up would be measured as a miss. */
const PATIENT_TIMEOUT_MS = 10_000;

/**
 * Our caches as an application has them, in front of Redis.
 * @param {string} redisUrl
 * @param {number} [commandTimeoutMs]
 * @returns {Promise<Caches>}
 */
export async function openCaches(redisUrl, commandTimeoutMs = PATIENT_TIMEOUT_MS) {
  const { caches } = await openBourse(redisUrl, {
    CACHE_L1_MAX_ENTRIES: String(LOCAL_ENTRIES),
    REDIS_COMMAND_TIMEOUT_MS: String(commandTimeoutMs),
  });
  return caches;
}

/**
 * Our cache of profiles, nothing special declared.
 * @param {Caches} caches
 * @param {(params: Params) => readonly string[]} [tags]
 */
export async function profilesIn(caches, tags) {
  /** @type {typeof import('../../../src/redis/cache/cache-definition.js')} */
  const { defineCache } = await importBuilt('redis/cache/cache-definition.js');
  /** @type {import('../../../src/redis/cache/cache-definition.js').CacheDefinition<Params, Profile>} */
  const definition = {
    name: 'bench.profiles',
    namespace: 'users',
    key: keyOf,
    ttlMs: TTL_MS,
    ...(tags && { tags }),
  };
  // Peers do not compress: the bytes on the wire must be the same.
  const uncompressed = { ...definition, compressAboveBytes: Infinity };
  return caches.use(defineCache(uncompressed));
}

/**
 * @param {Caches} caches
 * @returns {number} share of the reads so far that the process answered itself, 0–1
 */
export function localShare(caches) {
  const counts = caches.statistics()[0];
  if (counts === undefined) return 0;
  const { localHits, remoteHits, misses } = counts;
  return localHits / Math.max(1, localHits + remoteHits + misses);
}

/**
 * bentocache with a local tier, Redis behind it, and its bus.
 * @param {string} redisUrl
 * @param {object} [options]
 * @param {boolean} [options.local]
 * @param {import('ioredis').RedisOptions} [options.redis]
 * @param {object} [options.settings] more of its own
 */
export function openBentocache(redisUrl, { local = true, redis = {}, settings = {} } = {}) {
  const connect = () => {
    const client = new Redis(redisUrl, redis);
    // Without a listener ioredis prints each lost connection.
    client.on('error', () => undefined);
    return client;
  };
  const remote = bentostore().useL2Layer(redisDriver({ connection: connect() }));
  const store = local
    ? remote
        .useL1Layer(memoryDriver({ maxItems: LOCAL_ENTRIES }))
        .useBus(redisBusDriver({ connection: connect() }))
    : remote;
  return new BentoCache({ default: 'bench', ttl: TTL_MS, ...settings, stores: { bench: store } });
}

/**
 * bentocache in the process alone, with its fastest setting: it keeps values as they are. By default it parses JSON
 * on each hit; in front of Redis it has to, as 1.6.1 puts the text that came from there into the local tier, and
 * the next message of the bus ends the process with a TypeError.
 */
export function openLocalBentocache() {
  const store = bentostore().useL1Layer(
    memoryDriver({ maxItems: LOCAL_ENTRIES, serialize: false }),
  );
  return new BentoCache({ default: 'bench', ttl: TTL_MS, stores: { bench: store } });
}
