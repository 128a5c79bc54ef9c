import { LRUCache } from 'lru-cache';
import { DEFAULT_HTTP_TTL_MS, refuseKeys, type HttpCacheStore } from './http-cache-store.js';

/** Responses in the process, bounded by entries. */
export class MemoryHttpCacheStore implements HttpCacheStore {
  readonly name = 'memory';
  readonly keys = refuseKeys;
  readonly #entries: LRUCache<string, string>;

  constructor(maxEntries: number) {
    this.#entries = new LRUCache({ max: maxEntries });
  }

  async get(key: string): Promise<string | undefined> {
    return this.#entries.get(key);
  }

  async mget(...keys: string[]): Promise<(string | undefined)[]> {
    return keys.map((key) => this.#entries.get(key));
  }

  async set(key: string, value: string, ttlMs?: number): Promise<void> {
    this.#entries.set(key, value, { ttl: ttlMs || DEFAULT_HTTP_TTL_MS });
  }

  async mset(values: Record<string, string>, ttlMs?: number): Promise<void> {
    for (const [key, value] of Object.entries(values)) await this.set(key, value, ttlMs);
  }

  async del(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  async mdel(...keys: string[]): Promise<void> {
    for (const key of keys) this.#entries.delete(key);
  }

  async ttl(key: string): Promise<number> {
    return this.#entries.getRemainingTTL(key);
  }

  async reset(): Promise<void> {
    this.#entries.clear();
  }
}
