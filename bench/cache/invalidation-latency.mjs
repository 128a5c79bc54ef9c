// @ts-check
/**
 * Two processes, A and B, have the same value in their local tiers; A deletes it. How long, from the start of that
 * call, until B's `get` answers something else? B asks all the time, and lets its event loop turn in between. The
 * clock is the machine's monotonic one, the same for both. bentocache has its local tier, Redis and its bus.
 */
import { monotonicMs, yieldToEvents } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { withRedis } from '../harness/redis.mjs';
import { expectSame } from '../harness/results.mjs';
import { interleave } from '../harness/rounds.mjs';
import { limitRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { percentile } from '../harness/statistics.mjs';
import { localShare, openBentocache, openCaches, profilesIn } from './support/caches.mjs';
import { keyOf, paramsOf, profileOf } from './support/workload.mjs';

/** @typedef {import('./support/workload.mjs').Params} Params */
/** @typedef {import('./support/workload.mjs').Profile} Profile */
/** @typedef {'bourse' | 'bentocache'} Contestant */
/** @typedef {{ redisUrl: string }} Context */
/** @typedef {(event: unknown) => void} Emit */

const INVALIDATIONS = 200;
const LIMIT_MS = 5;
/** Whoever serves the old value for longer does so for ever, as far as this comparison goes. */
const GIVE_UP_MS = 3_000;
/** Reads that find the value before B counts as having it in its local tier. */
const PRIMING_READS = 20;
/** A cache may lose a value; that says nothing about how long invalidation takes, and is tried again, so often. */
const MAX_LOST = 10;

/**
 * @param {object} cache
 * @param {(params: Params, value: Profile) => Promise<unknown>} cache.set
 * @param {(params: Params) => Promise<Profile | null | undefined>} cache.get
 * @param {(params: Params) => Promise<unknown>} cache.remove
 * @param {Emit} emit
 */
function watchingSide({ set, get, remove }, emit) {
  return {
    /** @param {number} id */
    put: async (id) => {
      await set(paramsOf(id), profileOf(id, 200));
    },
    /** @param {number} id @returns {Promise<number>} when it began, ms */
    remove: async (id) => {
      const beganAtMs = monotonicMs();
      await remove(paramsOf(id));
      return beganAtMs;
    },
    /**
     * Tells when it has the value, then reads until it is gone.
     * @param {number} id
     * @returns {Promise<number>} when that was, ms; the time of giving up where the old value stayed
     */
    watch: async (id) => {
      const params = paramsOf(id);
      const old = profileOf(id, 200);
      const givesUpAtMs = monotonicMs() + GIVE_UP_MS;
      for (let found = 0; found < PRIMING_READS && monotonicMs() < givesUpAtMs;) {
        const value = await get(params);
        if (value !== undefined && value !== null) {
          expectSame('the value before', value, old);
          found += 1;
        }
        await yieldToEvents();
      }
      emit({ primed: id });
      while (monotonicMs() < givesUpAtMs) {
        const value = await get(params);
        if (value === undefined || value === null) return monotonicMs();
        expectSame('the value until then', value.id, id);
        await yieldToEvents();
      }
      return monotonicMs();
    },
  };
}

export const sides = {
  /** @param {Context} context @param {Emit} emit */
  bourse: async ({ redisUrl }, emit) => {
    const caches = await openCaches(redisUrl);
    const profiles = await profilesIn(caches);
    const side = watchingSide(
      {
        set: (params, value) => profiles.set(params, value),
        get: (params) => profiles.get(params),
        remove: (params) => profiles.delete(params),
      },
      emit,
    );
    return { ...side, localShare: () => localShare(caches) };
  },
  /** @param {Context} context @param {Emit} emit */
  bentocache: ({ redisUrl }, emit) => {
    const bento = openBentocache(redisUrl);
    return watchingSide(
      {
        set: (params, value) => bento.set({ key: keyOf(params), value }),
        get: (params) => bento.get({ key: keyOf(params) }),
        remove: (params) => bento.delete({ key: keyOf(params) }),
      },
      emit,
    );
  },
};

/** @type {import('../harness/case.mjs').BenchCase} */
export const invalidationLatency = {
  name: 'invalidation-latency',
  about: 'from a delete to the end of the old value in another process, against bentocache',
  run: ({ rounds, progress }) =>
    withRedis(({ url: redisUrl }) => {
      const names = /** @type {const} */ (['bourse', 'bourse', 'bentocache', 'bentocache']);
      const wanted = names.map((name) => /** @type {const} */ ([name, { redisUrl }]));
      return withSides(import.meta.url, wanted, async (...started) => {
        let id = 0;
        const results = await interleave({
          sides: /** @type {Contestant[]} */ (['bourse', 'bentocache']),
          rounds,
          warmUps: 1,
          progress,
          run: async (name) => {
            const [a, b] = started.filter((side) => side.name === name);
            if (a === undefined || b === undefined) throw new Error(`no sides ${name}`);
            const latenciesMs = [];
            let lost = 0;
            while (latenciesMs.length < INVALIDATIONS) {
              id += 1;
              await a.call('put', id);
              const primed = new Promise((resolve) => {
                const stop = b.onEvent(() => {
                  stop();
                  resolve(undefined);
                });
              });
              /** @type {Promise<number>} */
              const gone = b.call('watch', id);
              await Promise.race([primed, gone]);
              /** @type {number} */
              const beganAtMs = await a.call('remove', id);
              const latencyMs = (await gone) - beganAtMs;
              if (latencyMs > 0) latenciesMs.push(latencyMs);
              else lost += 1;
              if (lost > MAX_LOST) throw new Error(`${name}: values go before they are deleted`);
            }
            return { p50Ms: percentile(latenciesMs, 50), p99Ms: percentile(latenciesMs, 99) };
          },
        });
        /** @type {number} */
        const share = (await started[1]?.call('localShare')) ?? 0;
        progress(`bourse: ${(share * 100).toFixed(0)} % of B's reads were answered in the process`);
        /** @param {'p50Ms' | 'p99Ms'} figure @param {string} name */
        const rowOf = (figure, name) =>
          limitRow({
            name,
            peer: peerName('bentocache'),
            unit: 'ms',
            ours: results.bourse.map((result) => result[figure]),
            theirs: results.bentocache.map((result) => result[figure]),
            limit: LIMIT_MS,
          });
        return [
          rowOf('p99Ms', 'invalidation-latency-p99'),
          rowOf('p50Ms', 'invalidation-latency-p50'),
        ];
      });
    }),
};
