import type { HttpCacheStore } from './http-cache-store.js';

/** `CACHE_ENABLED=false`: keeps nothing. */
export class NoHttpCacheStore implements HttpCacheStore {
  readonly name = 'none';

  async get(): Promise<undefined> {}

  async mget(...keys: string[]): Promise<undefined[]> {
    return keys.map(() => undefined);
  }

  async set(): Promise<void> {}
  async mset(): Promise<void> {}
  async del(): Promise<void> {}
  async mdel(): Promise<void> {}
  async reset(): Promise<void> {}

  async ttl(): Promise<number> {
    return 0;
  }

  async keys(): Promise<string[]> {
    return [];
  }
}
