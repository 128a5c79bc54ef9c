// @ts-check
/** @import { Value } from '../key-space.mjs' */
/** @import { CacheUnderTest, Target } from './bourse.mjs' */
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { keysWithTag, laneOf, tagOf } from '../key-space.mjs';

const TTL_MS = 600_000;
const BUS_RETRY_MS = 100;

/**
 * The connections as careful as ours, and all that the peer has against faults turned on: its retry queue for
 * the bus, suppressed errors of the second tier, its circuit breaker.
 * @param {Target} target
 * @returns {Promise<CacheUnderTest>}
 */
export async function openBentocache({ address }) {
  // Nobody awaits its subscription: a link that is cut while it subscribes would end the process.
  process.on('unhandledRejection', () => undefined);
  const connection = {
    ...address,
    connectTimeout: 2_000,
    commandTimeout: 1_000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (/** @type {number} */ attempt) => Math.min(2_000, 25 * 2 ** attempt),
  };
  const bento = new BentoCache({
    default: 'tiers',
    prefix: 'faults',
    ttl: TTL_MS,
    grace: false,
    suppressL2Errors: true,
    l2CircuitBreakerDuration: 500,
    stores: {
      tiers: bentostore()
        .useL1Layer(memoryDriver({ maxItems: 1_000 }))
        .useL2Layer(redisDriver({ connection: { ...connection, connectionName: 'peer-command' } }))
        .useBus(
          redisBusDriver({
            // It subscribes before it is connected.
            connection: {
              ...connection,
              connectionName: 'peer-bus',
              enableOfflineQueue: true,
              maxRetriesPerRequest: null,
            },
            retryQueue: { enabled: true, retryInterval: BUS_RETRY_MS },
          }),
        ),
    },
  });
  const keyOf = (/** @type {number} */ index) => `key-${index}`;
  const inLane = (/** @type {number} */ lane) => bento.namespace(`lane-${lane}`);
  const read = (/** @type {number} */ index, /** @type {() => Promise<Value>} */ load) =>
    inLane(laneOf(index)).getOrSet({ key: keyOf(index), tags: [tagOf(index)], factory: load });
  return {
    read,
    // It has no batch with a loader.
    readMany: (indices, load) =>
      Promise.all(
        indices.map((index) =>
          read(index, async () => {
            const [value] = await load([index]);
            if (value === undefined) throw new Error(`nothing was loaded for key ${index}`);
            return value;
          }),
        ),
      ),
    set: (value) =>
      inLane(laneOf(value.index)).set({
        key: keyOf(value.index),
        value,
        tags: [tagOf(value.index)],
      }),
    delete: (index) => inLane(laneOf(index)).delete({ key: keyOf(index) }),
    // Its tags count within their namespace.
    invalidateTag: (tag) => inLane(laneOf(keysWithTag(tag)[0] ?? 0)).deleteByTag({ tags: [tag] }),
    invalidateNamespace: (lane) => inLane(lane).clear(),
    hasNamespaces: true,
    link: () => undefined,
    close: () => bento.disconnectAll(),
  };
}
