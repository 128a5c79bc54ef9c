// @ts-check
/**
 * Whose session is this, and it is used now: the question before every request, 64 under way, 10,000 sessions open.
 * Ours checks both limits and whether the session was ended, too. The whole store is measured, with the log
 * of uses that goes to PostgreSQL behind the answers.
 */
import { inParallel } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { expectSame } from '../harness/results.mjs';
import { limitRow, ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { compareRates } from '../harness/throughput.mjs';
import { Walk } from '../cache/support/workload.mjs';
import { openBourse, openConnectRedis, RoundTrips, withServers } from './support/stores.mjs';

/** @typedef {import('./support/stores.mjs').Context} Context */
/** @typedef {import('./support/stores.mjs').Sessions} Sessions */

const SESSIONS = 10_000;
const IN_FLIGHT = 64;
const VERIFIED = 200;
const OPENED_AT_ONCE = 50;
const SEQUENCE = 500;
/** One, and what the server reads besides: beats of other connections. */
const ROUND_TRIPS = 1.01;
const UNKNOWN = 'A'.repeat(64);

/** @param {number} id */
const userOf = (id) => `user-${id}`;

/** @param {Sessions} sessions */
function sideOf(sessions) {
  /** @type {string[]} */
  const tokens = [];
  const walk = Walk.throughAll(SESSIONS);
  let checksum = 0;
  const step = async () => {
    const userId = await sessions.validate(tokens[walk.next()] ?? '');
    checksum += Number(userId?.slice('user-'.length));
  };
  return {
    fill: async () => {
      while (tokens.length < SESSIONS) {
        const ids = Array.from({ length: OPENED_AT_ONCE }, (_, i) => tokens.length + i);
        tokens.push(...(await Promise.all(ids.map((id) => sessions.open(userOf(id))))));
      }
    },
    verify: () =>
      Promise.all([...tokens.slice(0, VERIFIED), UNKNOWN].map((token) => sessions.validate(token))),
    /** @param {number} durationMs */
    measure: async (durationMs) => {
      checksum = 0;
      const done = await inParallel(IN_FLIGHT, durationMs, step);
      return { ...done, checksum, loads: 0 };
    },
    /** One after the other. */
    inSequence: async () => {
      for (let i = 0; i < SEQUENCE; i += 1) await sessions.validate(tokens[i] ?? '');
    },
  };
}

export const sides = {
  /** @param {Context} context */
  bourse: async (context) => sideOf(await openBourse(context)),
  /** @param {Context} context */
  'connect-redis': async (context) => sideOf(await openConnectRedis(context)),
};

const names = /** @type {const} */ (['bourse', 'connect-redis']);

/** @type {import('../harness/case.mjs').BenchCase} */
export const validate = {
  name: 'validate',
  about: 'the session of a request, which counts as its use, against connect-redis (get and touch)',
  run: ({ rounds, progress }) =>
    withServers((context) =>
      withSides(
        import.meta.url,
        names.map((name) => [name, context]),
        async (...started) => {
          const rates = await compareRates({
            sides: started,
            rounds,
            expected: [...Array.from({ length: VERIFIED }, (_, id) => userOf(id)), undefined],
            startChecksum: () => {
              const walk = Walk.throughAll(SESSIONS);
              return (operations) => walk.sum(operations);
            },
            progress,
          });
          return [
            ratioRow({
              name: 'validate',
              peer: peerName('connect-redis'),
              unit: 'ops/s',
              better: 'higher',
              ours: rates.get('bourse') ?? [],
              theirs: rates.get('connect-redis') ?? [],
              target: 1,
            }),
          ];
        },
      ),
    ),
};

/** @type {import('../harness/case.mjs').BenchCase} */
export const roundTrips = {
  name: 'validate-round-trips',
  about: 'round trips to Redis per request, as the server counts them',
  run: ({ rounds, progress }) =>
    withServers((context) =>
      withSides(
        import.meta.url,
        names.map((name) => [name, context]),
        async (...started) => {
          progress('filling');
          for (const side of started) await side.call('fill');
          const counter = new RoundTrips(context.redisUrl);
          /** @type {Record<string, number[]>} */
          const perRequest = { bourse: [], 'connect-redis': [] };
          for (let round = 0; round < rounds; round += 1) {
            progress(`round ${round + 1} of ${rounds}`);
            for (const side of started) {
              const trips = await counter.during(() => side.call('inSequence'));
              perRequest[side.name]?.push(trips / SEQUENCE);
            }
          }
          counter.close();
          for (const side of started) {
            const [first] = /** @type {unknown[]} */ (await side.call('verify'));
            expectSame(`${side.name}, answers`, first, userOf(0));
          }
          return [
            limitRow({
              name: 'validate-round-trips',
              peer: peerName('connect-redis'),
              unit: 'round trips',
              ours: perRequest['bourse'] ?? [],
              theirs: perRequest['connect-redis'] ?? [],
              limit: ROUND_TRIPS,
            }),
          ];
        },
      ),
    ),
};
