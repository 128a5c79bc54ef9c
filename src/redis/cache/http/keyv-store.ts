import type { KeyvStoreAdapter } from 'keyv';
import { lifeMsOf, type HttpCacheStore } from './http-cache-store.js';

interface KeyvEntry {
  readonly key: string;
  readonly value: string;
  readonly ttl?: number | undefined;
}

/**
 * An {@link HttpCacheStore} as Keyv wants it, instead of cache-manager's own `KeyvAdapter`, which writes
 * many by as many calls, and says of every key that it was there to be deleted.
 *
 * It does not list its keys (Keyv's `iterator`): on a shared Redis that would walk through everybody's.
 */
export class KeyvStore implements Omit<KeyvStoreAdapter, 'get' | 'getMany' | 'setMany'> {
  readonly opts: Record<string, unknown> = {};
  /** Set by Keyv: what it puts before its keys, where it is told to do so. */
  namespace: string | undefined;
  readonly #store: HttpCacheStore;
  readonly #stem: string;

  /** @param stem put before every key */
  constructor(store: HttpCacheStore, stem: string) {
    this.#store = store;
    this.#stem = stem;
  }

  async get(key: string): Promise<string | undefined> {
    const [text] = await this.#store.read([this.#stem + key]);
    return text;
  }

  async getMany(keys: string[]): Promise<readonly (string | undefined)[]> {
    return this.#store.read(this.#complete(keys));
  }

  async set(key: string, value: string, ttl?: number): Promise<boolean> {
    return this.#write([{ key, value, ttl }]);
  }

  /** For each of `entries`: Keyv hands it on, though its type for stores says otherwise. */
  async setMany(entries: readonly KeyvEntry[]): Promise<boolean[]> {
    const areKept = await this.#write(entries);
    return entries.map(() => areKept);
  }

  async delete(key: string): Promise<boolean> {
    return this.deleteMany([key]);
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    return (await this.#store.remove(this.#complete(keys))) > 0;
  }

  async has(key: string): Promise<boolean> {
    const [found = false] = await this.hasMany([key]);
    return found;
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    const texts = await this.#store.read(this.#complete(keys));
    return texts.map((text) => text !== undefined);
  }

  async clear(): Promise<void> {
    const { namespace } = this;
    await this.#store.clear(namespace ? `${this.#stem}${namespace}:` : this.#stem);
  }

  /** The connection is shared: whoever made it closes it. */
  async disconnect(): Promise<void> {}

  /** Faults are misses: there are no errors to tell of. */
  on(): this {
    return this;
  }

  async #write(entries: readonly KeyvEntry[]): Promise<boolean> {
    const lives = entries.map((entry) => ({ entry, ttlMs: lifeMsOf(entry.ttl) }));
    const over = lives.filter(({ ttlMs }) => ttlMs < 1);
    // What is over before it begins must not leave an older value behind.
    if (over.length > 0) await this.deleteMany(over.map(({ entry }) => entry.key));
    return this.#store.write(
      lives
        .filter(({ ttlMs }) => ttlMs >= 1)
        .map(({ entry, ttlMs }) => ({ key: this.#stem + entry.key, text: entry.value, ttlMs })),
    );
  }

  #complete(keys: readonly string[]): string[] {
    return keys.map((key) => this.#stem + key);
  }
}
