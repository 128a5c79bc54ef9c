// @ts-check
/**
 * How long `invalidateTags` takes when 100, and when 100,000 entries carry the tag, all of them in Redis and as many
 * as fit in the process. What had the tag is then looked for, here and in a second process: nothing may be found.
 * Filling takes by far the longest, so each entry carries five tags, and a round drops one of them: whoever keeps an
 * index of its entries has all of them in that of each tag that was not dropped yet.
 *
 * Peers: SCAN with MATCH and UNLINK, on a Redis that holds nothing else and is filled in every round, and
 * bentocache's `deleteByTag`. Each side has a Redis of its own.
 */
import { Redis } from 'ioredis';
import { pause } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { withRedisEach } from '../harness/redis.mjs';
import { expectSame } from '../harness/results.mjs';
import { interleave } from '../harness/rounds.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { openBentocache, openCaches, profilesIn, TTL_MS } from './support/caches.mjs';
import { chunksOf, idsFrom, keyOf, paramsOf, profileOf } from './support/workload.mjs';

/** @typedef {import('./support/workload.mjs').Params} Params */
/** @typedef {import('../harness/side.mjs').Side} Side */
/** @typedef {'few' | 'many'} Group */
/** @typedef {'bourse' | 'bentocache' | 'scan'} Contestant */

/** Entries of each group. */
const GROUPS = { few: 100, many: 100_000 };
const GROUP_NAMES = /** @type {const} */ (['few', 'many']);
const FIRST_ID = { few: 0, many: GROUPS.few };
const TAGS_PER_ENTRY = 5;
const SAMPLED = 100;
/** What filling left behind (garbage, late messages) is done by then. */
const SETTLE_MS = 50;
const FILLING_TIMEOUT_MS = 120_000;
/** After the last entry was put. */
const FILLED_TIMEOUT_MS = 10_000;
/** A cost that grew with the entries would be a thousand times higher; twice is what a single call may vary. */
const FLAT_RATIO = 0.5;

const TAGS = {
  few: idsFrom(TAGS_PER_ENTRY).map((i) => `few-${i}`),
  many: idsFrom(TAGS_PER_ENTRY).map((i) => `many-${i}`),
};
/** @param {Params} params @returns {Group} */
const groupOf = ({ id }) => (id < GROUPS.few ? 'few' : 'many');
const PROFILE = profileOf(0, 0);
/** @param {Params} params */
const valueOf = ({ id }) => ({ ...PROFILE, id });

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
 * @param {(tag: string) => Promise<unknown>} invalidate
 * @param {(some: Params[]) => Promise<unknown[]>} get
 */
function taggingSide(put, invalidate, get) {
  return {
    /** @param {Group} group */
    fill: async (group) => {
      for (const some of chunksOf(entriesOf(group), 500)) await put(some);
    },
    /** @param {string} tag @returns {Promise<number>} ms */
    invalidate: async (tag) => {
      const startedAt = performance.now();
      await invalidate(tag);
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
    const profiles = await profilesIn(caches, (params) => TAGS[groupOf(params)]);
    return taggingSide(
      (some) => profiles.getOrSetMany(some, async (missing) => missing.map(valueOf)),
      (tag) => caches.invalidateTags([tag]),
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
            bento.set({ key: keyOf(params), value: valueOf(params), tags: TAGS[groupOf(params)] }),
          ),
        ),
      (tag) => bento.deleteByTag({ tags: [tag] }),
      (some) => Promise.all(some.map((params) => bento.get({ key: keyOf(params) }))),
    );
  },
  /** @param {Context} context */
  scan: ({ redisUrl }) => {
    const redis = new Redis(redisUrl);
    const nameOf = (/** @type {Params} */ params) => `${groupOf(params)}:${keyOf(params)}`;
    return taggingSide(
      async (some) => {
        const pipeline = redis.pipeline();
        for (const params of some)
          pipeline.set(nameOf(params), JSON.stringify(valueOf(params)), 'PX', TTL_MS);
        await pipeline.exec();
      },
      // There are no tags: the keys begin with the group.
      async (tag) => {
        const group = tag.slice(0, tag.indexOf('-'));
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
        /** @param {Contestant} name @param {number} round */
        const measure = async (name, round) => {
          const here = started[names.indexOf(name)];
          const there = started[names.indexOf(name) + names.length];
          if (here === undefined || there === undefined) throw new Error(`no side ${name}`);
          /** @param {Group} group @returns {Promise<number>} ms */
          const invalidate = async (group) => {
            const isFull = name === 'scan' || round % TAGS_PER_ENTRY === 0;
            if (isFull) await filled(name, [here, there], group);
            await pause(SETTLE_MS);
            /** @type {number} */
            const ms = await here.call('invalidate', TAGS[group][round % TAGS_PER_ENTRY]);
            expectSame(`${name}, entries left here`, await here.call('count', group), 0);
            await pause(SETTLE_MS);
            expectSame(`${name}, entries left elsewhere`, await there.call('count', group), 0);
            return ms;
          };
          const took = await interleave({ sides: GROUP_NAMES, rounds: 1, run: invalidate });
          return { few: took.few[0] ?? NaN, many: took.many[0] ?? NaN };
        };
        /** @type {Record<Contestant, Record<Group, number>[]>} */
        const results = { bourse: [], bentocache: [], scan: [] };
        for (let round = 0; round < rounds; round += 1) {
          progress(`round ${round + 1} of ${rounds}`);
          const empty = started
            .slice(0, names.length)
            .filter(({ name }) => name === 'scan' || round % TAGS_PER_ENTRY === 0);
          for (const group of GROUP_NAMES)
            await Promise.all(empty.map((side) => side.call('fill', group, FILLING_TIMEOUT_MS)));
          const run = (/** @type {Contestant} */ name) => measure(name, round);
          const measured = await interleave({ sides: names, rounds: 1, run });
          for (const name of names) results[name].push(...measured[name]);
        }
        /** @param {Contestant} side */
        const manyMs = (side) => results[side].map(({ many }) => many);
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
            theirs: results.bourse.map(({ few }) => few),
            target: FLAT_RATIO,
          }),
          against(`SCAN and UNLINK, ${peerName('ioredis')}`, manyMs('scan')),
          against(peerName('bentocache'), manyMs('bentocache')),
        ];
      });
    }),
};
