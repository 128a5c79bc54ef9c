// @ts-check
/**
 * 100 keys at once, out of Redis: `getOrSetMany`, which protects each key as `getOrSet` does, against 100 single
 * `get`s of ours sent together, and against the limit, MGET and 100 times JSON.parse. Four batches under way. The
 * walk goes through 100,000 keys before any comes again, so the local tier of 1,000 has none of them.
 */
import { Redis } from 'ioredis';
import { inParallel } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { withRedis } from '../harness/redis.mjs';
import { expectThat } from '../harness/results.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { compareRates } from '../harness/throughput.mjs';
import { localShare, openCaches, profilesIn, TTL_MS } from './support/caches.mjs';
import { chunksOf, idsFrom, keyOf, paramsOf, profileOf, Walk } from './support/workload.mjs';

/** @typedef {import('./support/workload.mjs').Params} Params */
/** @typedef {import('./support/workload.mjs').Profile} Profile */
/** @typedef {(params: Params) => Profile} Load */
/** @typedef {(many: Params[], load: Load) => Promise<readonly (Profile | undefined)[]>} ReadMany */

const IDS = 100_000;
const BATCH = 100;
const IN_FLIGHT = 4;
const VALUE_BYTES = 200;
const MAX_LOCAL_SHARE = 0.015;

/** @param {Params} params */
const sourceOf = ({ id }) => profileOf(id, VALUE_BYTES);

/**
 * The work, the same for all. @param {ReadMany} readMany @param {(some: Params[]) => Promise<unknown>} fill
 */
function rateSide(readMany, fill) {
  const all = idsFrom(IDS).map(paramsOf);
  const walk = Walk.throughAll(IDS);
  let checksum = 0;
  let loads = 0;
  /** @type {Load} */
  const load = (params) => {
    loads += 1;
    return sourceOf(params);
  };
  const unexpected = () => {
    throw new Error('a value that is cached was loaded');
  };
  const step = async () => {
    const many = Array.from({ length: BATCH }, () => /** @type {Params} */ (all[walk.next()]));
    for (const profile of await readMany(many, load)) checksum += profile?.id ?? NaN;
  };
  return {
    fill: async () => {
      for (const some of chunksOf(all, 500)) await fill(some);
    },
    verify: () => readMany(all.slice(0, BATCH), unexpected),
    /** @param {number} durationMs */
    measure: async (durationMs) => {
      checksum = 0;
      loads = 0;
      const done = await inParallel(IN_FLIGHT, durationMs, step);
      return { ...done, checksum, loads };
    },
  };
}

/** @param {string} redisUrl */
async function bourseSide(redisUrl, /** @type {boolean} */ single) {
  const caches = await openCaches(redisUrl);
  const profiles = await profilesIn(caches);
  const side = rateSide(
    single
      ? (many, load) =>
          Promise.all(many.map(async (params) => (await profiles.get(params)) ?? load(params)))
      : (many, load) => profiles.getOrSetMany(many, async (missing) => missing.map(load)),
    (some) => profiles.getOrSetMany(some, async (missing) => missing.map(sourceOf)),
  );
  return { ...side, localShare: () => localShare(caches) };
}

/** @typedef {{ redisUrl: string }} Context */

export const sides = {
  /** @param {Context} context */
  bourse: ({ redisUrl }) => bourseSide(redisUrl, false),
  /** @param {Context} context */
  'single gets': ({ redisUrl }) => bourseSide(redisUrl, true),
  /** @param {Context} context */
  ioredis: ({ redisUrl }) => {
    const redis = new Redis(redisUrl);
    return rateSide(
      async (many, load) => {
        const texts = await redis.mget(many.map(keyOf));
        return many.map((params, i) => {
          const text = texts[i];
          return typeof text === 'string'
            ? /** @type {Profile} */ (JSON.parse(text))
            : load(params);
        });
      },
      async (some) => {
        const pipeline = redis.pipeline();
        for (const params of some)
          pipeline.set(keyOf(params), JSON.stringify(sourceOf(params)), 'PX', TTL_MS);
        await pipeline.exec();
      },
    );
  },
};

/** @type {import('../harness/case.mjs').BenchCase} */
export const batch = {
  name: 'batch-100',
  about: '100 keys at once out of Redis, against 100 single gets and against raw MGET',
  run: ({ rounds, progress }) =>
    withRedis(({ url: redisUrl }) => {
      const wanted = Object.keys(sides).map((name) => /** @type {const} */ ([name, { redisUrl }]));
      return withSides(import.meta.url, wanted, async (...started) => {
        const rates = await compareRates({
          sides: started,
          rounds,
          expected: idsFrom(BATCH).map(paramsOf).map(sourceOf),
          startChecksum: () => {
            const walk = Walk.throughAll(IDS);
            return (batches) => walk.sum(batches * BATCH);
          },
          progress,
        });
        /** @type {number} */
        const share = (await started[0]?.call('localShare')) ?? 1;
        progress(`bourse: ${(share * 100).toFixed(2)} % of the keys were not asked of Redis`);
        expectThat('bourse: too many local hits', share <= MAX_LOCAL_SHARE, share);
        const common = /** @type {const} */ ({
          name: 'batch-100',
          unit: 'batches/s',
          better: 'higher',
        });
        const ours = rates.get('bourse') ?? [];
        return [
          ratioRow({
            ...common,
            ours,
            peer: `MGET and JSON.parse, ${peerName('ioredis')}`,
            theirs: rates.get('ioredis') ?? [],
            target: 0.8,
          }),
          ratioRow({
            ...common,
            ours,
            peer: '100 single gets of ours',
            theirs: rates.get('single gets') ?? [],
            target: 1,
          }),
        ];
      });
    }),
};
