import type { HttpCacheStore } from './http-cache-store.js';

/** `CACHE_ENABLED=false`: keeps nothing. */
export class NoHttpCacheStore implements HttpCacheStore {
  async read(keys: readonly string[]): Promise<undefined[]> {
    return keys.map(() => undefined);
  }

  async write(): Promise<boolean> {
    return false;
  }

  async remove(): Promise<number> {
    return 0;
  }

  async clear(): Promise<void> {}
}
