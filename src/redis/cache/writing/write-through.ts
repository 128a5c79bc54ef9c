import type { Cache, Caches } from '../cache.js';
import type { CacheDefinition } from '../cache-definition.js';

/** Writes to the source. @returns the value as the source has it now, which is what readers get. */
export type WriteOne<Params, Value> = (params: Params, value: Value) => Promise<Value>;

/**
 * Writes that go to the source first, and then to the cache, so that the next reader does not ask the source.
 *
 * A write that the source refuses changes nothing. A cache that cannot take the value never fails the writer, and
 * keeps no older one: what Redis misses of it is repeated. Writes of one key take effect one after the other
 * in a process. Of two processes that write a key at the same moment, the value that is cached for its TTL may be the
 * one that the source got first: where that matters, write under a lock.
 */
export class WriteThrough<Params, Value> {
  readonly #keyOf: (params: Params) => string;
  readonly #cache: Cache<Params, Value>;
  readonly #write: WriteOne<Params, Value>;
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(
    caches: Caches,
    definition: CacheDefinition<Params, Value>,
    write: WriteOne<Params, Value>,
  ) {
    this.#keyOf = (params) => definition.key(params);
    this.#cache = caches.use(definition);
    this.#write = write;
  }

  /** @returns the value as the source has it. Rejects with the source's error. */
  async write(params: Params, value: Value): Promise<Value> {
    const key = this.#keyOf(params);
    const earlier = this.#last.get(key) ?? Promise.resolve();
    const work = earlier.then(() => this.#writeBoth(params, value));
    // Who comes next waits for the end of this one, whichever it is.
    const ended = work.catch(() => undefined);
    this.#last.set(key, ended);
    try {
      return await work;
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    }
  }

  async #writeBoth(params: Params, value: Value): Promise<Value> {
    const written = await this.#write(params, value).catch(async (error: unknown) => {
      // Perhaps it was written, and only the answer lost.
      await this.#cache.delete(params);
      throw error;
    });
    try {
      await this.#cache.set(params, written);
    } catch {
      // A value that no cache can hold; the one before it is no longer true.
      await this.#cache.delete(params);
    }
    return written;
  }
}
