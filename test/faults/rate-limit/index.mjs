// @ts-check
/** @import { Figures } from '../cache/scenario.mjs' */
/** @import { Scenario, Stage } from './scenario.mjs' */
import { sleep } from '../time.mjs';
import { underLoad } from './scenario.mjs';
import { INSTANCES, OTHERS_SHARES, POLICY, SHARE } from './workload.mjs';

export { play } from './scenario.mjs';

export const OURS = 'bourse';
export const PEER = { product: 'rate-limiter-flexible', version: 'rate-limiter-flexible@11.4.0' };

const DOWN_MS = 3_000;
const FROZEN_MS = 3_000;
const FLUSHES = 12;
const FLUSH_EVERY_MS = 250;
/** In callers, of all instances together. */
const CROWD = 1_000;
const ALL = Array.from({ length: INSTANCES }, (_, id) => id);
/** The bound of a call to Redis, and what a busy machine adds to it. */
const MAX_MS = 1_500;

/**
 * @param {Pick<Scenario, 'name' | 'promise'> & { hasPeer?: boolean, most?: Figures, callersBefore?: readonly number[],
 *   strike: (stage: Stage) => Promise<void> }} fault
 * @returns {Scenario}
 */
function fault({ name, promise, hasPeer = false, most, callersBefore = ALL, strike }) {
  return {
    name,
    promise,
    hasPeer,
    limits: {
      most: {
        failed: 0,
        overBefore: 0,
        overAfter: 0,
        overAdmission: OTHERS_SHARES,
        maxMs: MAX_MS,
        sharedAfterMs: 9_999,
        ...most,
      },
      // Nobody is shut out for the time of the fault either.
      least: {
        admittedBefore: POLICY.limit,
        admittedDuring: POLICY.limit / 2,
        admittedAfter: POLICY.limit,
      },
    },
    measure: (stage) => underLoad(stage, strike, callersBefore),
  };
}

/** @type {(stage: Stage) => Promise<void>} */
async function killed({ redis: { server } }) {
  await server.kill();
  await sleep(DOWN_MS);
  await server.up();
}

const EXACT = `exact before and after; meanwhile at most ${OTHERS_SHARES} of ${POLICY.limit} over, 0 failed`;

/** @type {readonly Scenario[]} */
export const scenarios = [
  {
    name: 'crowd',
    promise: `${CROWD} checks at once on ${INSTANCES} processes: exactly the limit is let through`,
    hasPeer: true,
    limits: {
      most: { admitted: POLICY.limit },
      least: { admitted: POLICY.limit },
    },
    measure: async ({ fleet: { instances } }) => {
      const count = Math.ceil(CROWD / INSTANCES);
      const crowds = await Promise.all(instances.map((one) => one.call('crowd', 'crowd', count)));
      const admitted = crowds.reduce((sum, crowd) => sum + crowd.admitted, 0);
      const tookMs = Math.max(...crowds.map((crowd) => crowd.tookMs));
      return { checks: count * INSTANCES, admitted, tookMs: Math.round(tookMs) };
    },
  },
  fault({
    name: 'killed',
    promise: `redis killed, and back empty: ${EXACT}`,
    hasPeer: true,
    strike: killed,
  }),
  fault({
    name: 'killed-while-one-had-all',
    promise: `the same, when one process had let all of it through: ${EXACT}`,
    callersBefore: [0],
    strike: killed,
  }),
  fault({
    name: 'frozen',
    promise: `redis frozen: ${EXACT}, no call waits longer than its bound`,
    hasPeer: true,
    strike: async ({ redis: { server } }) => {
      server.freeze();
      await sleep(FROZEN_MS);
      server.thaw();
    },
  }),
  fault({
    name: 'one-cut-off',
    promise: `one process cut off from redis: exact before and after; meanwhile at most its share of ${SHARE} over, 0 failed`,
    most: { overAdmission: SHARE },
    strike: async ({ redis }) => {
      await redis.proxy(0).down();
      await sleep(DOWN_MS);
      await redis.proxy(0).up();
    },
  }),
  fault({
    name: 'all-cut-off',
    promise: `redis keeps its counts and nobody reaches it: ${EXACT}`,
    strike: async ({ redis: { proxies } }) => {
      await Promise.all(proxies.map((proxy) => proxy.down()));
      await sleep(DOWN_MS);
      await Promise.all(proxies.map((proxy) => proxy.up()));
    },
  }),
  fault({
    name: 'half-open',
    promise: `redis hears, and its answers do not arrive: ${EXACT}`,
    strike: async ({ redis: { proxies } }) => {
      for (const proxy of proxies) proxy.break(['command'], { deaf: true });
      await sleep(DOWN_MS);
      for (const proxy of proxies) proxy.heal();
    },
  }),
  fault({
    name: 'full',
    promise: `redis refuses to take more: ${EXACT}`,
    strike: async ({ redis: { server } }) => {
      await server.admin.config('SET', 'maxmemory', 1);
      await sleep(DOWN_MS);
      await server.admin.config('SET', 'maxmemory', 0);
    },
  }),
  fault({
    name: 'flushed',
    // Whoever is back first may have all of the limit, and after each of them that may be another one.
    promise: `FLUSHALL ${FLUSHES} times under load: exact before and after; no process lets more than the limit through`,
    hasPeer: true,
    most: { overAdmission: POLICY.limit * (INSTANCES - 1) },
    strike: async ({ redis: { server } }) => {
      for (let i = 0; i < FLUSHES; i += 1) {
        await server.admin.flushall();
        await sleep(FLUSH_EVERY_MS);
      }
    },
  }),
];
