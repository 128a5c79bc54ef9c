// @ts-check
/**
 * Ending all sessions of a user, who has one or a hundred, while 5,000 of others are open; then none of them may open
 * anything, and those of others must. Ours answers when the end is in PostgreSQL, in Redis, and told to all processes.
 */
import { peerName } from '../harness/peers.mjs';
import { expectSame } from '../harness/results.mjs';
import { interleave } from '../harness/rounds.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { openBourse, openConnectRedis, withServers } from './support/stores.mjs';

/** @typedef {import('./support/stores.mjs').Context} Context */
/** @typedef {import('./support/stores.mjs').Sessions} Sessions */

const OTHERS = 5_000;
const OPENED_AT_ONCE = 50;
const FEW = 1;
const MANY = 100;
/** In each round: one call alone varies by what else the machine does. */
const REPEATS = 20;
/** A cost that grew with the sessions would be a hundred times higher; twice is what calls may vary. */
const FLAT_RATIO = 0.5;

/** @param {Sessions} sessions */
function sideOf(sessions) {
  /** @type {string[]} */
  const others = [];
  let users = 0;
  const openMany = (/** @type {number} */ count, /** @type {(i: number) => string} */ userOf) =>
    Promise.all(Array.from({ length: count }, (_, i) => sessions.open(userOf(i))));
  return {
    fill: async () => {
      while (others.length < OTHERS)
        others.push(...(await openMany(OPENED_AT_ONCE, (i) => `other-${others.length + i}`)));
    },
    /** @param {number} count @returns {Promise<number>} ms of the fastest half, on average */
    revoke: async (count) => {
      const times = [];
      for (let i = 0; i < REPEATS; i += 1) {
        users += 1;
        const userId = `user-${users}`;
        const tokens = await openMany(count, () => userId);
        const startedAt = performance.now();
        await sessions.revokeAll(userId);
        times.push(performance.now() - startedAt);
        const found = await Promise.all(tokens.map((token) => sessions.validate(token)));
        if (found.some((one) => one !== undefined)) throw new Error('a session outlived its end');
      }
      const fastest = times.sort((a, b) => a - b).slice(0, REPEATS / 2);
      return fastest.reduce((sum, ms) => sum + ms, 0) / fastest.length;
    },
    others: async () => {
      const found = await Promise.all(others.map((token) => sessions.validate(token)));
      return found.filter((userId) => userId !== undefined).length;
    },
  };
}

export const sides = {
  /** @param {Context} context */
  bourse: async (context) => sideOf(await openBourse(context)),
  /** @param {Context} context */
  'connect-redis': async (context) => sideOf(await openConnectRedis(context)),
};

/** @type {import('../harness/case.mjs').BenchCase} */
export const revokeAll = {
  name: 'revoke-all',
  about: 'ending 1 and 100 sessions of a user, against connect-redis (which looks through all)',
  run: ({ rounds, progress }) =>
    withServers((context) =>
      withSides(
        import.meta.url,
        /** @type {const} */ (['bourse', 'connect-redis']).map((name) => [name, context]),
        async (...started) => {
          progress('filling');
          for (const side of started) await side.call('fill');
          const runs = started.flatMap((side) =>
            [FEW, MANY].map((count) => ({ key: `${side.name} ${count}`, side, count })),
          );
          const times = await interleave({
            sides: runs.map(({ key }) => key),
            rounds,
            warmUps: 1,
            run: async (key) => {
              const run = runs.find((one) => one.key === key);
              return /** @type {number} */ (await run?.side.call('revoke', run.count));
            },
            progress,
          });
          for (const side of started)
            expectSame(`${side.name}, sessions of others`, await side.call('others'), OTHERS);
          const of = (/** @type {string} */ side, /** @type {number} */ count) =>
            times[`${side} ${count}`] ?? [];
          const shared = /** @type {const} */ ({ unit: 'ms', better: 'lower' });
          return [
            ratioRow({
              ...shared,
              name: 'revoke-all-flat',
              peer: 'bourse, one session',
              ours: of('bourse', MANY),
              theirs: of('bourse', FEW),
              target: FLAT_RATIO,
            }),
            ratioRow({
              ...shared,
              name: 'revoke-all-100',
              peer: peerName('connect-redis'),
              ours: of('bourse', MANY),
              theirs: of('connect-redis', MANY),
              target: 1,
            }),
          ];
        },
      ),
    ),
};
