// @ts-check
/**
 * One call that is held to three limits, of its address, its user and its route, with 64 calls under way. Ours is one
 * atomic step: all or nothing. rate-limiter-flexible has a union, which asks for each on its own and takes from those
 * that have room even when another refuses; here all have room.
 */
import { RateLimiterUnion, RateLimiterRedis } from 'rate-limiter-flexible';
import { Redis } from 'ioredis';
import { inParallel } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { withRedis } from '../harness/redis.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { compareRates } from '../harness/throughput.mjs';
import { openLimiter, WINDOW_MS } from './support/limiters.mjs';

/** @typedef {{ redisUrl: string }} Context */
/** @typedef {(id: number) => Promise<number[]>} Ask what is left of each limit */

const LIMITS = { ip: 100_000, user: 200, route: 1_000_000_000 };
const SUBJECTS = 5_000;
const IN_FLIGHT = 64;
const TARGET = 1.2;
const VERIFIED = 50;

/** The union knows one key for all of its limiters. @param {number} id */
const subjectOf = (id) => `user-${String(id).padStart(6, '0')}`;

/** @param {Ask} ask */
function sideOf(ask) {
  let next = 0;
  let calls = 0;
  let verified = SUBJECTS;
  const step = async () => {
    const id = (next = (next + 7_919) % SUBJECTS);
    const left = await ask(id);
    if (left.length === 3) calls += 1;
  };
  return {
    fill: async () => undefined,
    /** What is left counts down together. */
    verify: async () => {
      verified += 1;
      const answers = [];
      for (let i = 0; i < VERIFIED; i += 1) answers.push(await ask(verified));
      return answers;
    },
    /** @param {number} durationMs */
    measure: async (durationMs) => {
      calls = 0;
      const done = await inParallel(IN_FLIGHT, durationMs, step);
      return { ...done, checksum: calls, loads: 0 };
    },
  };
}

export const sides = {
  /** @param {Context} context */
  bourse: async ({ redisUrl }) => {
    const limiter = await openLimiter(redisUrl);
    const policies = Object.entries(LIMITS).map(([name, limit]) => ({
      name,
      limit,
      windowMs: WINDOW_MS,
    }));
    return sideOf(async (id) => {
      const subject = subjectOf(id);
      const checks = policies.map((policy) => ({ policy, subject }));
      const { allowed, decisions } = await limiter.consumeAll(checks);
      return allowed ? decisions.map(({ remaining }) => remaining) : [];
    });
  },
  /** @param {Context} context */
  'rate-limiter-flexible': ({ redisUrl }) => {
    const storeClient = new Redis(redisUrl);
    const union = new RateLimiterUnion(
      ...Object.entries(LIMITS).map(
        ([keyPrefix, points]) =>
          new RateLimiterRedis({ storeClient, keyPrefix, points, duration: WINDOW_MS / 1_000 }),
      ),
    );
    return sideOf(async (id) => {
      const results = await union.consume(subjectOf(id));
      return Object.keys(LIMITS).map((name) => results[name]?.remainingPoints ?? -1);
    });
  },
};

/** @type {import('../harness/case.mjs').BenchCase} */
export const severalLimits = {
  name: 'several-limits',
  about: 'calls that are held to three limits at once, against rate-limiter-flexible',
  run: ({ rounds, progress }) =>
    withRedis(({ url: redisUrl }) => {
      const wanted = Object.keys(sides).map((side) => /** @type {const} */ ([side, { redisUrl }]));
      return withSides(import.meta.url, wanted, async (...started) => {
        const rates = await compareRates({
          sides: started,
          rounds,
          expected: Array.from({ length: VERIFIED }, (_, i) =>
            Object.values(LIMITS).map((limit) => limit - i - 1),
          ),
          startChecksum: () => (operations) => operations,
          progress,
        });
        return [
          ratioRow({
            name: 'several-limits',
            peer: peerName('rate-limiter-flexible'),
            unit: 'calls/s',
            better: 'higher',
            ours: rates.get('bourse') ?? [],
            theirs: rates.get('rate-limiter-flexible') ?? [],
            target: TARGET,
          }),
        ];
      });
    }),
};
