// @ts-check

/** Caches under test; each has one writer's lane, so that its changes come one after the other. */
export const LANES = 4;
const KEYS_PER_LANE = 60;
/** Of each lane: changed one at a time, and each only every few seconds, so that a lost change stays lost. */
const QUIET_KEYS = 24;
const TAGS_PER_LANE = 4;

export const KEY_COUNT = LANES * KEYS_PER_LANE;
export const ALL_KEYS = Array.from({ length: KEY_COUNT }, (_, index) => index);

/** @param {number} index of a key */
export const laneOf = (index) => Math.floor(index / KEYS_PER_LANE);

/** @param {number} lane */
const keysOf = (lane) => ALL_KEYS.slice(lane * KEYS_PER_LANE, (lane + 1) * KEYS_PER_LANE);

/** @param {number} lane */
export const quietKeysOf = (lane) => keysOf(lane).slice(0, QUIET_KEYS);

/** @param {number} lane */
export const busyKeysOf = (lane) => keysOf(lane).slice(QUIET_KEYS);

/** @param {number} index @returns {string} */
export const tagOf = (index) => {
  const lane = laneOf(index);
  const isQuiet = quietKeysOf(lane).includes(index);
  return isQuiet ? `quiet-${index}` : `lane-${lane}-${index % TAGS_PER_LANE}`;
};

/** Keys that one invalidation of the tag changes. @param {string} tag */
export const keysWithTag = (tag) => ALL_KEYS.filter((index) => tagOf(index) === tag);

/** @param {number} lane */
export const keysOfNamespace = keysOf;

/** Only this lane's namespace is dropped as a whole: it would not leave the quiet keys of the others alone. */
export const NAMESPACE_LANE = LANES - 1;

/**
 * What a cache holds of a key.
 * @typedef {object} Value
 * @property {number} index
 * @property {number} version
 * @property {string} padding
 */
