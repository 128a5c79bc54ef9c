import type { CacheEvent } from './cache.js';

/** Tells those who listen. */
export class CacheEvents {
  readonly #listeners = new Set<(event: CacheEvent) => void>();

  readonly emit = (event: CacheEvent): void => {
    for (const listener of this.#listeners) listener(event);
  };

  /** @returns stops listening */
  on(listener: (event: CacheEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
