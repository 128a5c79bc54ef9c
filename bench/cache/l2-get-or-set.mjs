// @ts-check
/**
 * A hit in Redis, 64 reads under way. The walk goes through 100,000 keys before any comes again, and the process
 * keeps 1,000: ours looks into its local tier, finds nothing, reads, and asks whether that is worth a place. The limit
 * is `JSON.parse(await redis.get(key))` on one ioredis connection with its default options; bentocache runs without
 * a local tier, so without the work of one.
 */
import { Redis } from 'ioredis';
import { inParallel } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { withRedis } from '../harness/redis.mjs';
import { expectThat } from '../harness/results.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { compareRates } from '../harness/throughput.mjs';
import { localShare, openBentocache, openCaches, profilesIn, TTL_MS } from './support/caches.mjs';
import { chunksOf, idsFrom, keyOf, paramsOf, profileOf, Walk } from './support/workload.mjs';

/** @typedef {import('./support/workload.mjs').Params} Params */
/** @typedef {import('./support/workload.mjs').Profile} Profile */
/** @typedef {{ redisUrl: string, valueBytes: number }} Context */
/** @typedef {(params: Params, load: () => Promise<Profile>) => Promise<Profile>} Read */

const IDS = 100_000;
const IN_FLIGHT = 64;
const VERIFIED = 200;
/** More, and it was not Redis that was measured. */
const MAX_LOCAL_SHARE = 0.015;

/**
 * The work, the same for all.
 * @param {Context} context
 * @param {Read} read
 * @param {(all: Params[]) => Promise<unknown>} fill
 */
function rateSide({ valueBytes }, read, fill) {
  const all = idsFrom(IDS).map(paramsOf);
  const walk = Walk.throughAll(IDS);
  let checksum = 0;
  let loads = 0;
  const step = async () => {
    const params = /** @type {Params} */ (all[walk.next()]);
    const profile = await read(params, async () => {
      loads += 1;
      return profileOf(params.id, valueBytes);
    });
    checksum += profile.id;
  };
  const unexpected = () => Promise.reject(new Error('a value that is cached was loaded'));
  return {
    fill: async () => {
      await fill(all);
    },
    verify: () => Promise.all(all.slice(0, VERIFIED).map((params) => read(params, unexpected))),
    /** @param {number} durationMs */
    measure: async (durationMs) => {
      checksum = 0;
      loads = 0;
      const done = await inParallel(IN_FLIGHT, durationMs, step);
      return { ...done, checksum, loads };
    },
  };
}

export const sides = {
  /** @param {Context} context */
  bourse: async (context) => {
    const caches = await openCaches(context.redisUrl);
    const profiles = await profilesIn(caches);
    const side = rateSide(
      context,
      (params, load) => profiles.getOrSet(params, load),
      async (all) => {
        for (const some of chunksOf(all, 500))
          await profiles.getOrSetMany(some, async (missing) =>
            missing.map(({ id }) => profileOf(id, context.valueBytes)),
          );
      },
    );
    return { ...side, localShare: () => localShare(caches) };
  },
  /** @param {Context} context */
  bentocache: (context) => {
    const bento = openBentocache(context.redisUrl, { local: false });
    return rateSide(
      context,
      (params, load) => bento.getOrSet({ key: keyOf(params), factory: load }),
      async (all) => {
        for (const some of chunksOf(all, 500))
          await Promise.all(
            some.map((params) =>
              bento.set({ key: keyOf(params), value: profileOf(params.id, context.valueBytes) }),
            ),
          );
      },
    );
  },
  /** @param {Context} context */
  ioredis: (context) => {
    const redis = new Redis(context.redisUrl);
    return rateSide(
      context,
      async (params, load) => {
        const text = await redis.get(keyOf(params));
        return text === null ? load() : /** @type {Profile} */ (JSON.parse(text));
      },
      async (all) => {
        for (const some of chunksOf(all, 500)) {
          const pipeline = redis.pipeline();
          for (const params of some) {
            const text = JSON.stringify(profileOf(params.id, context.valueBytes));
            pipeline.set(keyOf(params), text, 'PX', TTL_MS);
          }
          await pipeline.exec();
        }
      },
    );
  },
};

/** @param {string} name @param {number} valueBytes @returns {import('../harness/case.mjs').BenchCase} */
function caseOf(name, valueBytes) {
  return {
    name,
    about: `a hit in Redis, ${valueBytes} bytes, against raw ioredis and bentocache`,
    run: ({ rounds, progress }) =>
      withRedis(({ url: redisUrl }) => {
        const context = { redisUrl, valueBytes };
        const wanted = Object.keys(sides).map((side) => /** @type {const} */ ([side, context]));
        return withSides(import.meta.url, wanted, async (...started) => {
          const rates = await compareRates({
            sides: started,
            rounds,
            expected: idsFrom(VERIFIED).map((id) => profileOf(id, valueBytes)),
            startChecksum: () => {
              const walk = Walk.throughAll(IDS);
              return (operations) => walk.sum(operations);
            },
            progress,
          });
          /** @type {number} */
          const share = (await started[0]?.call('localShare')) ?? 1;
          progress(`bourse: ${(share * 100).toFixed(2)} % of all reads never went to Redis`);
          expectThat('bourse: too many local hits', share <= MAX_LOCAL_SHARE, share);
          /** @param {string} peer @param {number} target */
          const against = (peer, target) =>
            ratioRow({
              name,
              peer: peerName(peer),
              unit: 'ops/s',
              better: 'higher',
              ours: rates.get('bourse') ?? [],
              theirs: rates.get(peer) ?? [],
              target,
            });
          return [against('ioredis', 0.9), against('bentocache', 1.5)];
        });
      }),
  };
}

export const l2GetOrSet = caseOf('l2-get-or-set', 200);
export const l2GetOrSetLarge = caseOf('l2-get-or-set-2kb', 2_000);
