// @ts-check
/** @import { Target } from '../cache/instance/bourse.mjs' */

export const KEY_PREFIX = 'faults';

/**
 * Redis as a fleet finds it.
 * @typedef {object} Topology
 * @property {() => Target[]} targets one per instance
 * @property {() => Promise<void>} stop
 */
