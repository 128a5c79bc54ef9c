import { LRUCache } from 'lru-cache';

/** Names whose last invalidation is remembered exactly; for older ones the answer is "perhaps". */
const MAX_NAMES = 10_000;

/**
 * Remembers when keys and tags were last invalidated in this process, in ticks of a counter that
 * only invalidations move. Who noted the tick before a read can tell afterwards whether the result
 * is still good.
 *
 * Bounded: of a name that was forgotten it is assumed that it was invalidated as late as the last
 * one forgotten, so an entry may be dropped without need, but never kept wrongly.
 */
export class InvalidationLog {
  readonly #marks: LRUCache<string, number>;
  #tick = 0;
  #forgottenUpTo = 0;

  constructor(maxNames: number = MAX_NAMES) {
    this.#marks = new LRUCache({
      max: maxNames,
      dispose: (tick, _name, reason) => {
        if (reason === 'evict') this.#forgottenUpTo = Math.max(this.#forgottenUpTo, tick);
      },
    });
  }

  now(): number {
    return this.#tick;
  }

  mark(name: string): void {
    this.#tick += 1;
    this.#marks.set(name, this.#tick);
  }

  /** Whether none of `names` was invalidated after the tick `since`. */
  isClean(names: readonly string[], since: number): boolean {
    if (since === this.#tick) return true;
    // peek, not get: what must be forgotten first is the oldest mark, not the least read one.
    return names.every((name) => (this.#marks.peek(name) ?? this.#forgottenUpTo) <= since);
  }
}
