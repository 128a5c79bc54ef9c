// @ts-check
/**
 * How long `invalidateTags` takes when 100, and when 100,000 entries carry the tag, all of them in Redis and as many
 * as fit in the process. What had the tag is then looked for here and in a second process: nothing may be found.
 * Peers: SCAN with MATCH and UNLINK, on a Redis that holds nothing else, and bentocache's `deleteByTag`. Each side
 * has a Redis of its own.
 */
import { Redis } from 'ioredis';
import { pause } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { withRedisEach } from '../harness/redis.mjs';
import { expectSame } from '../harness/results.mjs';
import { interleave } from '../harness/rounds.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { median } from '../harness/statistics.mjs';
import { openBentocache, openCaches, profilesIn, TTL_MS } from './support/caches.mjs';
import { chunksOf, idsFrom, keyOf, paramsOf, profileOf } from './support/workload.mjs';

/** @typedef {import('./support/workload.mjs').Params} Params */
/** @typedef {import('../harness/side.mjs').Side} Side */
/** @typedef {'few' | 'many'} Group */
/** @typedef {'bourse' | 'bentocache' | 'scan'} Contestant */

/** Entries of each group; its name is the tag. */
const GROUPS = { few: 100, many: 100_000 };
const FIRST_ID = { few: 0, many: GROUPS.few };
/** Invalidations of the small tag per round: their median, as one alone may be disturbed. */
const SMALL_REPEATS = 3;
const SAMPLED = 100;
/** What filling left behind (garbage, late messages) is done by then. */
const SETTLE_MS = 100;
/** After the last entry was put. */
const FILLED_TIMEOUT_MS = 10_000;
/** A cost that grew with the entries would be a thousand times higher; twice is what a single call may vary. */
const FLAT_RATIO = 0.5;

/** @param {Params} params @returns {Group} */
const tagOf = ({ id }) => (id < GROUPS.few ? 'few' : 'many');
/** @param {Params} params */
const valueOf = ({ id }) => profileOf(id, 0);

/** @param {Group} group */
function entriesOf(group) {
  return idsFrom(GROUPS[group], FIRST_ID[group]).map(paramsOf);
}

/** Evenly over the group. @param {Group} group */
function sampleOf(group) {
  const step = Math.max(1, GROUPS[group] / SAMPLED);
  return entriesOf(group).filter((_, i) => i % step === 0);
}

/**
 * @param {(some: Params[]) => Promise<unknown>} put
 * @param {(group: Group) => Promise<unknown>} invalidate
 * @param {(some: Params[]) => Promise<unknown[]>} get
 */
function taggingSide(put, invalidate, get) {
  return {
    /** @param {Group} group */
    fill: async (group) => {
      for (const some of chunksOf(entriesOf(group), 500)) await put(some);
    },
    /** @param {Group} group @returns {Promise<number>} ms */
    invalidate: async (group) => {
      const startedAt = performance.now();
      await invalidate(group);
      return performance.now() - startedAt;
    },
    /** How many of the sample are there. @param {Group} group @returns {Promise<number>} */
    count: async (group) => {
      const found = await get(sampleOf(group));
      return found.filter((value) => value !== undefined && value !== null).length;
    },
  };
}

/**
 * Ours answers a loader's caller before Redis has the value.
 * @param {Contestant} name @param {readonly Side[]} sides @param {Group} group
 */
async function filled(name, sides, group) {
  const givesUpAt = performance.now() + FILLED_TIMEOUT_MS;
  for (const side of sides)
    while ((await side.call('count', group)) !== SAMPLED) {
      if (performance.now() > givesUpAt) throw new Error(`${name}: entries are missing`);
      await pause(20);
    }
}

/** @typedef {{ redisUrl: string }} Context */

export const sides = {
  /** @param {Context} context */
  bourse: async ({ redisUrl }) => {
    const caches = await openCaches(redisUrl);
    const profiles = await profilesIn(caches, (params) => [tagOf(params)]);
    return taggingSide(
      (some) => profiles.getOrSetMany(some, async (missing) => missing.map(valueOf)),
      (group) => caches.invalidateTags([group]),
      (some) => Promise.all(some.map((params) => profiles.get(params))),
    );
  },
  /** @param {Context} context */
  bentocache: ({ redisUrl }) => {
    const bento = openBentocache(redisUrl);
    return taggingSide(
      (some) =>
        Promise.all(
          some.map((params) =>
            bento.set({ key: keyOf(params), value: valueOf(params), tags: [tagOf(params)] }),
          ),
        ),
      (group) => bento.deleteByTag({ tags: [group] }),
      (some) => Promise.all(some.map((params) => bento.get({ key: keyOf(params) }))),
    );
  },
  /** @param {Context} context */
  scan: ({ redisUrl }) => {
    const redis = new Redis(redisUrl);
    const nameOf = (/** @type {Params} */ params) => `${tagOf(params)}:${keyOf(params)}`;
    return taggingSide(
      async (some) => {
        const pipeline = redis.pipeline();
        for (const params of some)
          pipeline.set(nameOf(params), JSON.stringify(valueOf(params)), 'PX', TTL_MS);
        await pipeline.exec();
      },
      async (group) => {
        for await (const keys of redis.scanStream({ match: `${group}:*`, count: 1_000 }))
          if (keys.length > 0) await redis.unlink(keys);
      },
      (some) => redis.mget(some.map(nameOf)),
    );
  },
};

/** @type {import('../harness/case.mjs').BenchCase} */
export const tagInvalidation = {
  name: 'tag-invalidation',
  about: 'dropping a tag of 100 and of 100,000 entries, against SCAN+UNLINK and bentocache',
  run: ({ rounds, progress }) =>
    withRedisEach(['bourse', 'bentocache', 'scan'], (servers) => {
      const names = /** @type {const} */ (['bourse', 'bentocache', 'scan']);
      const contexts = names.map((name) => ({ redisUrl: servers[name].url }));
      // Twice each: the second looks whether the first one's invalidations hold elsewhere.
      const wanted = [...names, ...names].map((name, i) => {
        return /** @type {const} */ ([name, contexts[i % names.length] ?? {}]);
      });
      return withSides(import.meta.url, wanted, async (...started) => {
        /** @param {Contestant} name @returns {Promise<{ fewMs: number, manyMs: number }>} */
        const measure = async (name) => {
          const here = started[names.indexOf(name)];
          const there = started[names.indexOf(name) + names.length];
          if (here === undefined || there === undefined) throw new Error(`no side ${name}`);
          /** @param {Group} group @returns {Promise<number>} ms */
          const invalidate = async (group) => {
            await filled(name, [here, there], group);
            await pause(SETTLE_MS);
            /** @type {number} */
            const ms = await here.call('invalidate', group);
            expectSame(`${name}, entries left here`, await here.call('count', group), 0);
            await pause(SETTLE_MS);
            expectSame(`${name}, entries left elsewhere`, await there.call('count', group), 0);
            return ms;
          };
          const fewMs = [];
          for (let i = 0; i < SMALL_REPEATS; i += 1) {
            await here.call('fill', 'few');
            fewMs.push(await invalidate('few'));
          }
          return { fewMs: median(fewMs), manyMs: await invalidate('many') };
        };
        /** @type {Record<Contestant, { fewMs: number, manyMs: number }[]>} */
        const results = { bourse: [], bentocache: [], scan: [] };
        for (let round = 1; round <= rounds; round += 1) {
          progress(`round ${round} of ${rounds}: filling`);
          // Not measured, so all at once: it takes most of the time of this case.
          await Promise.all(
            started.slice(0, names.length).map((side) => side.call('fill', 'many')),
          );
          const measured = await interleave({ sides: names, rounds: 1, run: measure });
          for (const name of names) results[name].push(...measured[name]);
        }
        /** @param {Contestant} side */
        const manyMs = (side) => results[side].map((result) => result.manyMs);
        const common = /** @type {const} */ ({ unit: 'ms', better: 'lower' });
        const ours = manyMs('bourse');
        /** @param {string} peer @param {number[]} theirs */
        const against = (peer, theirs) =>
          ratioRow({ name: 'tag-invalidation-100000', ...common, ours, peer, theirs, target: 1 });
        return [
          ratioRow({
            name: 'tag-invalidation-flat',
            ...common,
            ours,
            peer: 'ours with 100 entries',
            theirs: results.bourse.map(({ fewMs }) => fewMs),
            target: FLAT_RATIO,
          }),
          against(`SCAN and UNLINK, ${peerName('ioredis')}`, manyMs('scan')),
          against(peerName('bentocache'), manyMs('bentocache')),
        ];
      });
    }),
};
