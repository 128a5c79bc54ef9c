import {
  InvalidationJournal,
  type JournaledInvalidation,
} from '../../src/kernel/invalidation-journal.js';

/** A journal in the process: what is tested takes it for one that outlives it. */
export class MemoryInvalidationJournal extends InvalidationJournal {
  readonly #versions = new Map<string, bigint>();
  #last = 0n;

  override async add(names: readonly string[]): Promise<readonly JournaledInvalidation[]> {
    return names.map((name) => {
      this.#last += 1n;
      this.#versions.delete(name);
      this.#versions.set(name, this.#last);
      return { name, version: this.#last };
    });
  }

  override async waiting(limit: number): Promise<readonly JournaledInvalidation[]> {
    return [...this.#versions].slice(0, limit).map(([name, version]) => ({ name, version }));
  }

  override async settle(settled: readonly JournaledInvalidation[]): Promise<void> {
    for (const { name, version } of settled) {
      if (this.#versions.get(name) === version) this.#versions.delete(name);
    }
  }
}
