// @ts-check
/**
 * A hit in the process. One caller awaits one `getOrSet` after the other; 500 keys that all fit, drawn evenly;
 * values of about 200 bytes. Each call makes its key from the caller's object with the same function, and hands
 * over a fresh loader, as a service does; each answer is awaited and goes into the checksum.
 *
 * Every side has its fastest setting that keeps what it promises: bentocache without serialising, cacheable without
 * copying. Neither has Redis behind it here; ours has, because its local tier must show it may be trusted. The
 * limit is lru-cache itself: no promise of its own, no expiry, no coalescing, no statistics.
 */
import { Cacheable, CacheableMemory, Keyv } from 'cacheable';
import { LRUCache } from 'lru-cache';
import { inSequence } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { withRedis } from '../harness/redis.mjs';
import { expectThat } from '../harness/results.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { compareRates } from '../harness/throughput.mjs';
import {
  LOCAL_ENTRIES,
  localShare,
  openLocalBentocache,
  openCaches,
  profilesIn,
  TTL_MS,
} from './support/caches.mjs';
import { idsFrom, keyOf, paramsOf, profileOf, Walk } from './support/workload.mjs';

/** @typedef {import('./support/workload.mjs').Params} Params */
/** @typedef {import('./support/workload.mjs').Profile} Profile */
/** @typedef {(params: Params, load: () => Promise<Profile>) => Profile | Promise<Profile>} Read */

const IDS = 500;
const VALUE_BYTES = 200;
const CHUNK = 1_000;
/** Less, and it was not the local tier that was measured. */
const MIN_LOCAL_SHARE = 0.99;

/** The work, the same for all. @param {Read} read */
function rateSide(read) {
  const all = idsFrom(IDS).map(paramsOf);
  const walk = Walk.atRandom(IDS);
  let checksum = 0;
  let loads = 0;
  /** @param {number} count */
  const steps = async (count) => {
    for (let i = 0; i < count; i += 1) {
      const params = /** @type {Params} */ (all[walk.next()]);
      const load = async () => {
        loads += 1;
        return profileOf(params.id, VALUE_BYTES);
      };
      const profile = await read(params, load);
      checksum += profile.id;
    }
  };
  const readAll = async () => {
    const profiles = [];
    for (const params of all)
      profiles.push(await read(params, async () => profileOf(params.id, VALUE_BYTES)));
    return profiles;
  };
  return {
    fill: readAll,
    verify: readAll,
    /** @param {number} durationMs */
    measure: async (durationMs) => {
      checksum = 0;
      loads = 0;
      const done = await inSequence(durationMs, CHUNK, steps);
      return { ...done, checksum, loads };
    },
  };
}

export const sides = {
  /** @param {{ redisUrl: string }} context */
  bourse: async ({ redisUrl }) => {
    const caches = await openCaches(redisUrl);
    const profiles = await profilesIn(caches);
    return {
      ...rateSide((params, load) => profiles.getOrSet(params, load)),
      localShare: () => localShare(caches),
    };
  },
  bentocache: () => {
    const bento = openLocalBentocache();
    return rateSide((params, load) => bento.getOrSet({ key: keyOf(params), factory: load }));
  },
  cacheable: () => {
    const memory = new CacheableMemory({ useClone: false, lruSize: LOCAL_ENTRIES });
    const cacheable = new Cacheable({ primary: new Keyv({ store: memory }), ttl: TTL_MS });
    return rateSide(async (params, load) => {
      const profile = await cacheable.getOrSet(keyOf(params), load);
      return /** @type {Profile} */ (profile);
    });
  },
  'lru-cache': () => {
    /** @type {LRUCache<string, Profile>} */
    const lru = new LRUCache({ max: LOCAL_ENTRIES });
    return rateSide((params, load) => {
      const key = keyOf(params);
      const kept = lru.get(key);
      if (kept !== undefined) return kept;
      return load().then((profile) => {
        lru.set(key, profile);
        return profile;
      });
    });
  },
};

/** @type {import('../harness/case.mjs').BenchCase} */
export const l1GetOrSet = {
  name: 'l1-get-or-set',
  about: 'a hit in the process, against bentocache, cacheable and bare lru-cache',
  run: ({ rounds, progress }) =>
    withRedis(({ url: redisUrl }) => {
      const wanted = Object.keys(sides).map((name) => /** @type {const} */ ([name, { redisUrl }]));
      return withSides(import.meta.url, wanted, async (...started) => {
        const rates = await compareRates({
          sides: started,
          rounds,
          expected: idsFrom(IDS).map((id) => profileOf(id, VALUE_BYTES)),
          startChecksum: () => {
            const walk = Walk.atRandom(IDS);
            return (operations) => walk.sum(operations);
          },
          progress,
        });
        /** @type {number} */
        const share = (await started[0]?.call('localShare')) ?? 0;
        progress(`bourse: ${(share * 100).toFixed(2)} % of all reads were answered in the process`);
        expectThat('bourse: too few local hits', share >= MIN_LOCAL_SHARE, share);
        /** @param {string} peer @param {number} target */
        const against = (peer, target) =>
          ratioRow({
            name: 'l1-get-or-set',
            peer: peerName(peer),
            unit: 'ops/s',
            better: 'higher',
            ours: rates.get('bourse') ?? [],
            theirs: rates.get(peer) ?? [],
            target,
          });
        return [against('bentocache', 2), against('cacheable', 2), against('lru-cache', 0.4)];
      });
    }),
};
