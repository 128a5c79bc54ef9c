import type { CacheDefinition } from '../../src/redis/cache/cache-definition.js';

export type Value = number | string | boolean | null;
export type ModelDefinition = CacheDefinition<string, Value>;

/**
 * Of the keys, the third ends within moments, the fourth has values that look like none, and of the fifth the source has
 * nothing in every third version.
 */
export const KEYS = [0, 1, 2, 3, 4] as const;
export type Key = (typeof KEYS)[number];
export const BRIEF: Key = 2;
const FALSY: Key = 3;
const FLEETING: Key = 4;
const NOTHING_LIKE = [0, false, '', null] as const;
const BRIEF_TTL_MS = 25;

/** What the source says of a key in its n-th version; undefined: nothing. No value of one key is one of another's. */
export function valueOf(key: Key, version: number): Value | undefined {
  if (key === FALSY) return NOTHING_LIKE[version % 4];
  if (key === FLEETING && version % 3 === 2) return undefined;
  return version * KEYS.length + key;
}

export const ttlMsOf = (value: Value): number =>
  typeof value === 'number' && value > 0 && value % KEYS.length === BRIEF ? BRIEF_TTL_MS : Infinity;

/** Which version it is; undefined: none of those between. */
export function versionOf(
  key: Key,
  value: Value | undefined,
  floor: number,
  newest: number,
): number | undefined {
  for (let version = floor; version <= newest; version += 1) {
    if (valueOf(key, version) === value) return version;
  }
  return undefined;
}
