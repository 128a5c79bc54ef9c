// @ts-check
/** @import { CacheUnderTest } from './bourse.mjs' */
/** @import { Value } from '../key-space.mjs' */

/**
 * A cache that hears of no change: to prove that the harness would notice.
 * @param {CacheUnderTest} cache
 * @returns {CacheUnderTest}
 */
export function deafened(cache) {
  /** @type {Map<number, Value>} */
  const kept = new Map();
  return {
    ...cache,
    read: async (index, load) => {
      const value = kept.get(index) ?? (await cache.read(index, load));
      kept.set(index, value);
      return value;
    },
  };
}
