// @ts-check
/**
 * Checks with 64 under way. All sides ask for the same subjects in the same order; how many are let through is known
 * beforehand, is compared in every slice, and in full for one subject that goes over its limit before and after.
 * Ours is a sliding window that is exact in any window; both peers have a fixed window, which lets up to twice its limit
 * through around its end. No window ends in a run, so that all of them have to answer the same here.
 */
import { inParallel } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { withRedis } from '../harness/redis.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { compareRates } from '../harness/throughput.mjs';
import { Walk } from '../cache/support/workload.mjs';
import { bourse, exactCount, flexible, flexibleCount, nestLab } from './support/limiters.mjs';

/** @typedef {import('./support/limiters.mjs').Ask} Ask */
/** @typedef {import('./support/limiters.mjs').Count} Count */

/**
 * @typedef {object} Workload
 * @property {number} limit
 * @property {number} subjects
 * @property {boolean} usedUp every subject has spent its limit before
 * @property {readonly number[]} costs of the calls, again and again
 */
/** @typedef {Workload & { redisUrl: string }} Context */

const IN_FLIGHT = 64;
const TARGET = 1.2;
/** Calls that a subject asks for beyond its limit, to see them refused. */
const BEYOND = 20;

/** @param {number} id */
const subjectOf = (id) => `user-${String(id).padStart(6, '0')}`;

/** What is let through, and of what cost, in the order of a walk. */
class Calls {
  #walk;
  #costs;
  #next = 0;

  /** @param {Workload} workload */
  constructor({ subjects, costs }) {
    this.#walk = Walk.throughAll(subjects);
    this.#costs = costs;
  }

  next() {
    const cost = this.#costs[this.#next] ?? 1;
    this.#next = (this.#next + 1) % this.#costs.length;
    return { id: this.#walk.next(), cost };
  }
}

/**
 * How many units each stretch of calls is let through, counted by the side's own rule.
 * @param {Workload} workload @param {(limit: number) => Count} countFor
 */
function startModel(workload, countFor) {
  const { limit, subjects, usedUp } = workload;
  const calls = new Calls(workload);
  const counts = Array.from({ length: subjects }, () => countFor(limit));
  for (const count of usedUp ? counts : []) count(limit);
  return (/** @type {number} */ operations) => {
    let units = 0;
    for (let i = 0; i < operations; i += 1) {
      const { id, cost } = calls.next();
      if (counts[id]?.(cost)) units += cost;
    }
    return units;
  };
}

/** Of one subject that asks for more than it has. @param {Workload} workload @param {(limit: number) => Count} countFor */
function expectedAnswers({ limit, costs }, countFor) {
  const count = countFor(limit);
  return Array.from({ length: limit + BEYOND }, (_, i) => count(costs[i % costs.length] ?? 1));
}

/** @param {Context} context @param {Ask} ask */
function sideOf(context, ask) {
  const { limit, subjects, usedUp, costs } = context;
  const calls = new Calls(context);
  let units = 0;
  let verified = 0;
  const step = async () => {
    const { id, cost } = calls.next();
    if (await ask(subjectOf(id), cost)) units += cost;
  };
  return {
    fill: async () => {
      for (let id = 0; usedUp && id < subjects; id += 1) {
        await Promise.all(Array.from({ length: limit }, () => ask(subjectOf(id), 1)));
      }
    },
    verify: async () => {
      verified += 1;
      const answers = [];
      for (let i = 0; i < limit + BEYOND; i += 1) {
        answers.push(await ask(`verified-${verified}`, costs[i % costs.length] ?? 1));
      }
      return answers;
    },
    /** @param {number} durationMs */
    measure: async (durationMs) => {
      units = 0;
      const done = await inParallel(IN_FLIGHT, durationMs, step);
      return { ...done, checksum: units, loads: 0 };
    },
  };
}

export const sides = {
  /** @param {Context} context */
  bourse: async (context) => sideOf(context, await bourse(context.redisUrl, context.limit)),
  /** @param {Context} context */
  'rate-limiter-flexible': async (context) =>
    sideOf(context, await flexible(context.redisUrl, context.limit)),
  /** @param {Context} context */
  '@nest-lab/throttler-storage-redis': async (context) =>
    sideOf(context, await nestLab(context.redisUrl, context.limit)),
};

/**
 * @param {string} name @param {string} about @param {Workload} workload
 * @param {readonly (keyof typeof sides)[]} peers
 * @returns {import('../harness/case.mjs').BenchCase}
 */
function caseOf(name, about, workload, peers) {
  /** @param {string} side */
  const countOf = (side) => (side === 'rate-limiter-flexible' ? flexibleCount : exactCount);
  return {
    name,
    about,
    run: ({ rounds, progress }) =>
      withRedis(({ url: redisUrl }) => {
        const wanted = ['bourse', ...peers].map(
          (side) => /** @type {const} */ ([side, { ...workload, redisUrl }]),
        );
        return withSides(import.meta.url, wanted, async (...started) => {
          const rates = await compareRates({
            sides: started,
            rounds,
            expected: (side) => expectedAnswers(workload, countOf(side)),
            startChecksum: (side) => startModel(workload, countOf(side)),
            progress,
          });
          return peers.map((peer) =>
            ratioRow({
              name,
              peer: peerName(peer),
              unit: 'checks/s',
              better: 'higher',
              ours: rates.get('bourse') ?? [],
              theirs: rates.get(peer) ?? [],
              target: TARGET,
            }),
          );
        });
      }),
  };
}

const single = { limit: 100, costs: [1] };

/** Nobody gets to the end of his limit: 5,000 × 100 calls are more than any side can do. */
export const checks = caseOf(
  'checks',
  'calls that are let through, limit 100, against both peers',
  { ...single, subjects: 5_000, usedUp: false },
  ['rate-limiter-flexible', '@nest-lab/throttler-storage-redis'],
);

export const refusals = caseOf(
  'refusals',
  'calls that are refused, limit 100, against both peers',
  { ...single, subjects: 1_000, usedUp: true },
  ['rate-limiter-flexible', '@nest-lab/throttler-storage-redis'],
);

/** Some are let through, some not; @nest-lab/throttler-storage-redis knows no cost. */
export const costs = caseOf(
  'costs',
  'calls that cost 1 to 5 units of 1,000, against rate-limiter-flexible',
  { limit: 1_000, subjects: 500, usedUp: false, costs: [1, 5, 2, 4, 3] },
  ['rate-limiter-flexible'],
);
