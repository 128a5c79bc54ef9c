/** Beyond it, everything is owed instead: an outage must not fill the memory. */
const MAX_OWED = 10_000;
const BATCH = 500;

/** Invalidations that the store did not take, to be repeated when it is back. */
export class OwedInvalidations {
  readonly #names = new Set<string>();
  readonly #everything: string;
  readonly #max: number;
  #sending = 0;

  /** @param everything the name that stands for all others */
  constructor(everything: string, max: number = MAX_OWED) {
    this.#everything = everything;
    this.#max = max;
  }

  /** With those that are being repeated at this moment. */
  get size(): number {
    return this.#names.size + this.#sending;
  }

  add(names: readonly string[]): void {
    if (this.#names.has(this.#everything)) {
      // A later one than what is being repeated at this moment.
      this.#names.delete(this.#everything);
      this.#names.add(this.#everything);
      return;
    }
    for (const name of names) {
      // To the end: what is being repeated at this moment may have been read before.
      this.#names.delete(name);
      this.#names.add(name);
    }
    if (this.#names.size <= this.#max) return;
    this.#names.clear();
    this.#names.add(this.#everything);
  }

  /** Repeats all, in batches; what is added meanwhile too. Rejects with the first failure, keeping the rest. */
  async repeat(settle: (names: readonly string[]) => Promise<void>): Promise<void> {
    while (this.#names.size > 0) {
      const batch = [...this.#names].slice(0, BATCH);
      // Out before it is sent: one that is added again meanwhile stays.
      for (const name of batch) this.#names.delete(name);
      this.#sending += batch.length;
      try {
        await settle(batch);
      } catch (error) {
        this.add(batch);
        throw error;
      } finally {
        this.#sending -= batch.length;
      }
    }
  }
}
