/** Above it, all is owed rather than each: a long outage must not fill the memory. */
const MAX_KEYS = 1_000;

/**
 * What must go from Redis, and could not be removed while it was away. Until it has gone, it must not be served:
 * Redis comes back with what it had.
 */
export class OwedRemovals {
  readonly #everything: string;
  /** With the count of the last time that it was added. */
  readonly #keys = new Map<string, number>();
  readonly #stems = new Map<string, number>();
  #count = 0;

  /** @param everything what all keys begin with */
  constructor(everything: string) {
    this.#everything = everything;
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0 && this.#stems.size === 0;
  }

  covers(key: string): boolean {
    if (this.isEmpty) return false;
    return this.#keys.has(key) || [...this.#stems.keys()].some((stem) => key.startsWith(stem));
  }

  addKeys(keys: readonly string[]): void {
    this.#count += 1;
    for (const key of keys) this.#keys.set(key, this.#count);
    if (this.#keys.size > MAX_KEYS) this.addStem(this.#everything);
  }

  /** All that begins with it. */
  addStem(stem: string): void {
    this.#count += 1;
    if (stem === this.#everything || this.#stems.size >= MAX_KEYS) {
      this.#keys.clear();
      this.#stems.clear();
      this.#stems.set(this.#everything, this.#count);
    } else {
      this.#stems.set(stem, this.#count);
    }
  }

  /** A newer value stands in its place. */
  forget(key: string): void {
    this.#keys.delete(key);
  }

  /**
   * Has all removed that is owed now, and forgets what was; what is added meanwhile stays.
   * @param removeKeys @param removeStem answer whether it is gone
   */
  async settle(
    removeKeys: (keys: readonly string[]) => Promise<boolean>,
    removeStem: (stem: string) => Promise<boolean>,
  ): Promise<void> {
    const until = this.#count;
    for (const [stem, count] of [...this.#stems]) {
      if (count > until || !(await removeStem(stem))) return;
      if (this.#stems.get(stem) === count) this.#stems.delete(stem);
    }
    const keys = [...this.#keys].filter(([, count]) => count <= until);
    if (keys.length === 0 || !(await removeKeys(keys.map(([key]) => key)))) return;
    for (const [key, count] of keys) if (this.#keys.get(key) === count) this.#keys.delete(key);
  }
}
