// @ts-check
/** @import { Topology } from '../servers/topology.mjs' */
/** @import { Outcome, Setting, Stage } from './experiment.mjs' */
import { HEAL_MS, onStage, underLoad } from './experiment.mjs';

/**
 * @typedef {Record<string, number>} Figures
 *
 * What may be seen at most (or at least) for the promise to be kept, by the name of the figure.
 * @typedef {{ most: Figures, least: Figures }} Limits
 */

/**
 * @template {Topology} T
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} promise
 * @property {number} writer instance that changes things; a link that breaks is that of {@link CUT_OFF}
 * @property {() => Promise<T>} open
 * @property {(stage: Stage<T>) => Promise<Figures | void>} strike begins the fault, and resolves when it is over
 * @property {boolean} hasPeer whether the peer runs in it as well
 * @property {Limits} limits
 * @property {(scenario: Scenario<T>, stage: Stage<T>) => Promise<Outcome>} measure
 */

/** The instance whose links are broken. */
export const CUT_OFF = 0;
/** The writer in scenarios where a reader is cut off, and where all are. */
export const UNAFFECTED = 1;

/** What every fault must leave whole: see docs/caching.md. @type {Limits} */
const ALWAYS = {
  most: {
    failed: 0,
    failedWrites: 0,
    wrong: 0,
    stale: 0,
    ownStale: 0,
    sweepStale: 0,
    newcomerStale: 0,
    hanging: 0,
    shed: 0,
    crashed: 0,
    maxMs: 3_000,
    coherentAfterMs: HEAL_MS - 1,
    // More would be no cache: then nothing that it promises is worth anything.
    loadShare: 0.6,
  },
  least: { invalidationsDuring: 3, invalidationsAfter: 10, cachedDuring: 100 },
};

/**
 * A fault under load.
 * @template {Topology} T
 * @param {Pick<Scenario<T>, 'name' | 'promise' | 'open' | 'strike'>
 *   & { writer?: number, hasPeer?: boolean, most?: Figures, least?: Figures }} scenario
 * @returns {Scenario<T>}
 */
export function fault({ writer = UNAFFECTED, hasPeer = false, most, least, ...scenario }) {
  return {
    ...scenario,
    writer,
    hasPeer,
    limits: { most: { ...ALWAYS.most, ...most }, least: { ...ALWAYS.least, ...least } },
    measure: underLoad,
  };
}

/**
 * @template {Topology} T
 * @param {Scenario<T>} scenario @param {Setting} setting
 * @returns {Promise<Outcome & { pass: boolean }>}
 */
export async function play(scenario, setting) {
  const outcome = await onStage(scenario, setting, (stage) => scenario.measure(scenario, stage));
  const broken = brokenLimits(scenario.limits, outcome.figures);
  return {
    figures: outcome.figures,
    pass: broken.length === 0,
    details: broken.length === 0 ? [] : [...broken, ...outcome.details],
  };
}

/** One sentence for each; a figure that is missing counts as broken. @param {Limits} limits @param {Figures} figures */
export function brokenLimits({ most, least }, figures) {
  return [
    ...Object.entries(most)
      .filter(([name, limit]) => !((figures[name] ?? NaN) <= limit))
      .map(([name, limit]) => `${name} is ${figures[name]}, at most ${limit} is promised`),
    ...Object.entries(least)
      .filter(([name, limit]) => !((figures[name] ?? NaN) >= limit))
      .map(([name, limit]) => `${name} is ${figures[name]}, at least ${limit} is needed`),
  ];
}
