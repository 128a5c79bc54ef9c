import type { HotKey } from './cache.js';

/** One read in so many is counted. */
const SAMPLE = 64;
const MAX_COUNTED = 256;

interface Count {
  readonly cache: string;
  readonly key: string;
  reads: number;
}

/**
 * The most read keys, by a sample and in bounded memory: the Space-Saving algorithm (Metwally, Agrawal and El Abbadi,
 * 2005). A key with more than 1 in 256 of all reads is always among them.
 */
export class HotKeys {
  readonly #counts = new Map<string, Count>();
  readonly #every: number;
  readonly #max: number;
  #reads = 0;

  constructor(every: number = SAMPLE, max: number = MAX_COUNTED) {
    this.#every = every;
    this.#max = max;
  }

  count(cache: string, key: string): void {
    this.#reads += 1;
    if (this.#reads < this.#every) return;
    this.#reads = 0;
    this.#sample(cache, key);
  }

  /** The most read first. */
  top(limit: number): readonly HotKey[] {
    return [...this.#counts.values()]
      .sort((a, b) => b.reads - a.reads)
      .slice(0, limit)
      .map((count) => ({ ...count }));
  }

  #sample(cache: string, key: string): void {
    const id = `${cache} ${key}`;
    const known = this.#counts.get(id);
    if (known !== undefined) {
      known.reads += this.#every;
      return;
    }
    // A newcomer takes the place of the least read, and its count: it may have been here before, unseen.
    const least = this.#counts.size < this.#max ? undefined : this.#least();
    if (least !== undefined) this.#counts.delete(least.id);
    this.#counts.set(id, { cache, key, reads: (least?.reads ?? 0) + this.#every });
  }

  #least(): { readonly id: string; readonly reads: number } | undefined {
    let least: { id: string; reads: number } | undefined;
    for (const [id, { reads }] of this.#counts) {
      if (least === undefined || reads < least.reads) least = { id, reads };
    }
    return least;
  }
}
