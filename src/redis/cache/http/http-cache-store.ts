import type { CacheManagerStore } from 'cache-manager';

/** What a response is kept for when nobody said how long: every key has a TTL. */
export const DEFAULT_HTTP_TTL_MS = 60_000;

/**
 * A store for cache-manager's adapter. Keys come complete, values as the text that Keyv made of
 * them.
 */
export type HttpCacheStore = CacheManagerStore;

/**
 * cache-manager and Keyv never ask for it, and on a shared Redis it would walk through everybody's
 * keys.
 */
export function refuseKeys(): Promise<string[]> {
  return Promise.reject(new Error('the HTTP cache does not list its keys'));
}
