// @ts-check
/** @import { LimiterUnderTest, Policy, Target } from './bourse.mjs' */
/**
 * One process of the fleet, told what to do over the IPC channel. Arguments: one JSON object of {@link Options}.
 */
import { Channel } from '../../channel.mjs';
import { seededRandom } from '../../random.mjs';
import { nowMs } from '../../time.mjs';
import { Callers } from './callers.mjs';

/**
 * @typedef {object} Options
 * @property {string} product
 * @property {Target} target
 * @property {Policy} policy
 * @property {number} instances
 * @property {number} seed
 * @property {boolean} deaf it shares its counts with nobody: the checker must notice
 */

/** @type {Options} */
const { product, target, policy, instances, seed, deaf } = JSON.parse(process.argv[2] ?? '{}');

/** @returns {Promise<LimiterUnderTest>} */
async function open() {
  if (product !== 'bourse')
    return (await import('./flexible.mjs')).openFlexible(target, policy, instances);
  const { openAlone, openBourse } = await import('./bourse.mjs');
  return deaf ? openAlone(policy) : openBourse(target, policy);
}

/** @type {LimiterUnderTest | undefined} */
let limiter;
/** @type {Callers | undefined} */
let callers;

new Channel(
  {
    send: (message, done) => process.send?.(message, done),
    on: (_, listen) => process.on('message', listen),
  },
  {
    open: async () => {
      limiter = await open();
      callers = new Callers(limiter, seededRandom(seed));
    },
    start: () => callers?.start(),
    stop: () => callers?.stop(),
    drain: () => callers?.drain(),
    status: () => limiter?.status() ?? null,
    /** Many callers of one subject at once. @param {string} subject @param {number} count */
    crowd: async (/** @type {string} */ subject, /** @type {number} */ count) => {
      const startMs = nowMs();
      const all = await Promise.all(
        Array.from({ length: count }, async () => limiter?.ask(subject, 1)),
      );
      return { admitted: all.filter((isAllowed) => isAllowed).length, tookMs: nowMs() - startMs };
    },
    close: async () => {
      await callers?.stop();
      await limiter?.close();
    },
  },
);

process.on('disconnect', () => process.exit());
