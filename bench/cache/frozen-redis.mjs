// @ts-check
/**
 * Redis stops answering without hanging up (SIGSTOP). 500 reads a second arrive, whether the ones before are
 * answered or not; every second one of a key that the process has, the others of keys that only Redis has. A
 * loader that takes 1 ms stands for the database, which is well. How long does a reader wait, and does every one
 * get its value?
 *
 * bentocache has the connection options that ours uses on the request path (a command is given up after a second)
 * and its own circuit breaker; without them each read would hang for as long as the freeze lasts.
 */
import { pause } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { withRedisEach } from '../harness/redis.mjs';
import { expectSame } from '../harness/results.mjs';
import { interleave } from '../harness/rounds.mjs';
import { limitRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { percentile } from '../harness/statistics.mjs';
import { openBentocache, openCaches, profilesIn } from './support/caches.mjs';
import { idsFrom, keyOf, paramsOf, profileOf } from './support/workload.mjs';

/** @typedef {import('./support/workload.mjs').Params} Params */
/** @typedef {import('./support/workload.mjs').Profile} Profile */
/** @typedef {'bourse' | 'bentocache'} Contestant */
/** @typedef {{ redisUrl: string }} Context */
/** @typedef {{ p99Ms: number, reads: number, failed: number, loads: number }} Frozen */

const LIMIT_MS = 50;
const FROZEN_MS = 2_000;
const READ_EVERY_MS = 2;
const LOAD_MS = 1;
const WARM = 200;
const COLD = FROZEN_MS / READ_EVERY_MS / 2;
const VALUE_BYTES = 200;
/** After the freeze; who has no answer then counts as failed, with the time it has waited. */
const LATE_MS = 3_000;
const RECOVERY_MS = 15_000;
const WARMING_TRIES = 5;
/** Our default. */
const COMMAND_TIMEOUT_MS = 1_000;
const BREAK_MS = 2_000;

/**
 * @param {object} cache
 * @param {(params: Params, load: () => Promise<Profile>) => Promise<Profile>} cache.read
 * @param {(params: Params, value: Profile) => Promise<unknown>} cache.set
 */
function readingSide({ read, set }) {
  /** @param {Params} params */
  const valueOf = ({ id }) => profileOf(id, VALUE_BYTES);
  return {
    /** @param {number[]} ids */
    put: async (ids) => {
      await Promise.all(ids.map(paramsOf).map((params) => set(params, valueOf(params))));
    },
    /** How many of them had to be loaded. @param {number[]} ids @returns {Promise<number>} */
    touch: async (ids) => {
      let loads = 0;
      for (const params of ids.map(paramsOf)) {
        const load = async () => {
          loads += 1;
          return valueOf(params);
        };
        expectSame('a value', await read(params, load), valueOf(params));
      }
      return loads;
    },
    /**
     * One read after the other begins at its time.
     * @param {number[]} ids
     * @returns {Promise<Frozen>}
     */
    readAtRate: async (ids) => {
      let loads = 0;
      let failed = 0;
      /** @type {Map<number, number>} begun and not answered: number of the read to when it began */
      const waiting = new Map();
      /** @type {number[]} */
      const waitsMs = [];
      /** @type {unknown[]} */
      const wrong = [];
      /** @param {Params} params */
      const loadOf = (params) => async () => {
        loads += 1;
        await pause(LOAD_MS);
        return valueOf(params);
      };
      /** @param {number} index @param {Params} params */
      const readOne = async (index, params) => {
        waiting.set(index, performance.now());
        try {
          const value = await read(params, loadOf(params));
          if (value?.id !== params.id) wrong.push(value);
        } catch {
          failed += 1;
        }
        waitsMs.push(performance.now() - (waiting.get(index) ?? 0));
        waiting.delete(index);
      };
      const startedAt = performance.now();
      const reads = [];
      for (const [index, id] of ids.entries()) {
        const early = startedAt + index * READ_EVERY_MS - performance.now();
        if (early > 0) await pause(early);
        reads.push(readOne(index, paramsOf(id)));
      }
      await Promise.race([Promise.all(reads), pause(LATE_MS)]);
      expectSame('values of other keys', wrong, []);
      failed += waiting.size;
      for (const begunAt of waiting.values()) waitsMs.push(performance.now() - begunAt);
      return { p99Ms: percentile(waitsMs, 99), reads: ids.length, failed, loads };
    },
  };
}

export const sides = {
  /** @param {Context} context */
  bourse: async ({ redisUrl }) => {
    const profiles = await profilesIn(await openCaches(redisUrl, COMMAND_TIMEOUT_MS));
    return readingSide({
      read: (params, load) => profiles.getOrSet(params, load),
      set: (params, value) => profiles.set(params, value),
    });
  },
  /** @param {Context} context */
  bentocache: ({ redisUrl }) => {
    const bento = openBentocache(redisUrl, {
      redis: { commandTimeout: COMMAND_TIMEOUT_MS, maxRetriesPerRequest: 1, connectTimeout: 2_000 },
      settings: { l2CircuitBreakerDuration: BREAK_MS },
    });
    return readingSide({
      read: (params, load) => bento.getOrSet({ key: keyOf(params), factory: load }),
      set: (params, value) => bento.set({ key: keyOf(params), value }),
    });
  },
};

/** @type {import('../harness/case.mjs').BenchCase} */
export const frozenRedis = {
  name: 'frozen-redis',
  about: 'p99 of a cached read while Redis is frozen and the database is well, against bentocache',
  run: ({ rounds, progress }) =>
    withRedisEach(['bourse', 'bentocache'], (servers) => {
      const names = /** @type {const} */ (['bourse', 'bourse', 'bentocache', 'bentocache']);
      const wanted = names.map((name) => {
        return /** @type {const} */ ([name, { redisUrl: servers[name].url }]);
      });
      return withSides(import.meta.url, wanted, async (...started) => {
        let nextId = 0;
        const takeIds = (/** @type {number} */ count) => {
          nextId += count;
          return idsFrom(count, nextId - count);
        };
        const results = await interleave({
          sides: /** @type {Contestant[]} */ (['bourse', 'bentocache']),
          rounds,
          progress,
          run: async (name) => {
            const [reader, writer] = started.filter((side) => side.name === name);
            if (reader === undefined || writer === undefined) throw new Error(`no sides ${name}`);
            /** Until the reader finds in Redis what it does not have itself. */
            const recovered = async () => {
              const givesUpAt = performance.now() + RECOVERY_MS;
              for (;;) {
                const [id = 0] = takeIds(1);
                await writer.call('put', [id]);
                if ((await reader.call('touch', [id])) === 0) return;
                if (performance.now() > givesUpAt) throw new Error(`${name}: does not come back`);
                await pause(50);
              }
            };
            await recovered();
            const warm = takeIds(WARM);
            const cold = takeIds(COLD);
            await writer.call('put', [...warm, ...cold]);
            for (let tries = 0; (await reader.call('touch', warm)) !== 0; tries += 1)
              if (tries > WARMING_TRIES) throw new Error(`${name}: keeps nothing in the process`);
            const ids = cold.flatMap((id, i) => [warm[i % WARM] ?? 0, id]);
            process.kill(servers[name].pid, 'SIGSTOP');
            try {
              /** @type {Frozen} */
              const frozen = await reader.call('readAtRate', ids);
              return frozen;
            } finally {
              process.kill(servers[name].pid, 'SIGCONT');
            }
          },
        });
        for (const [name, frozen] of Object.entries(results)) {
          const failed = frozen.reduce((sum, one) => sum + one.failed, 0);
          const reads = frozen.reduce((sum, one) => sum + one.reads, 0);
          progress(`${name}: ${failed} of ${reads} reads failed`);
        }
        return [
          limitRow({
            name: 'frozen-redis',
            peer: peerName('bentocache'),
            unit: 'ms',
            ours: results.bourse.map(({ p99Ms }) => p99Ms),
            theirs: results.bentocache.map(({ p99Ms }) => p99Ms),
            limit: LIMIT_MS,
            broken: results.bourse.some(({ failed }) => failed > 0),
          }),
        ];
      });
    }),
};
