import { DAY_MS } from '../../../kernel/duration.js';

/** What a response is kept for when nobody said how long: every key has a TTL. */
export const DEFAULT_HTTP_TTL_MS = 60_000;
/** Nothing is kept longer, whatever is asked for: Redis refuses what does not fit in its clock. */
export const MAX_HTTP_TTL_MS = 30 * DAY_MS;

/** A text to keep, under its complete key. */
export interface HttpCacheEntry {
  readonly key: string;
  readonly text: string;
  /** Whole ms, from 1 to {@link MAX_HTTP_TTL_MS}. */
  readonly ttlMs: number;
}

/**
 * Where `CACHE_MANAGER` keeps the texts that Keyv makes of its values. Keys come complete. A fault of the store
 * is a miss, never an error: nothing here rejects.
 */
export interface HttpCacheStore {
  /** In the order of `keys`, in one round trip (one per node on a Cluster). */
  read(keys: readonly string[]): Promise<readonly (string | undefined)[]>;
  /**
   * In one round trip (one per node on a Cluster).
   * @returns whether all of them are kept
   */
  write(entries: readonly HttpCacheEntry[]): Promise<boolean>;
  /** In one round trip (one per node on a Cluster). @returns how many of them were there */
  remove(keys: readonly string[]): Promise<number>;
  /** Removes every key that begins with `stem`. */
  clear(stem: string): Promise<void>;
}

/** @param ttlMs as cache-manager has it: 0 and unset are "not said", and it may be a fraction */
export function lifeMsOf(ttlMs: number | undefined): number {
  return Math.min(Math.ceil(ttlMs || DEFAULT_HTTP_TTL_MS), MAX_HTTP_TTL_MS);
}
