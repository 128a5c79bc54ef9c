import { LRUCache } from 'lru-cache';
import type { HttpCacheEntry, HttpCacheStore } from './http-cache-store.js';

/** Responses in the process, bounded by entries, and by bytes where that is said. */
export class MemoryHttpCacheStore implements HttpCacheStore {
  readonly #texts: LRUCache<string, string>;

  /** @param maxBytes about, of the texts: two for each of their UTF-16 units */
  constructor(maxEntries: number, maxBytes?: number) {
    this.#texts = new LRUCache({
      max: maxEntries,
      ...(maxBytes !== undefined && {
        maxSize: maxBytes,
        sizeCalculation: (text, key) => 2 * (text.length + key.length) || 1,
      }),
    });
  }

  async read(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
    return keys.map((key) => this.#texts.get(key));
  }

  async write(entries: readonly HttpCacheEntry[]): Promise<boolean> {
    for (const { key, text, ttlMs } of entries) this.#texts.set(key, text, { ttl: ttlMs });
    return true;
  }

  async remove(keys: readonly string[]): Promise<number> {
    return keys.filter((key) => this.#texts.delete(key)).length;
  }

  async clear(stem: string): Promise<void> {
    for (const key of [...this.#texts.keys()]) if (key.startsWith(stem)) this.#texts.delete(key);
  }
}
