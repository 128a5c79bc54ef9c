import { LRUCache } from 'lru-cache';
import type { TagTable } from './tag-table.js';

/** Names whose last invalidation is remembered exactly; for older ones the answer is "perhaps". */
const MAX_NAMES = 10_000;

/**
 * Remembers when entries were last invalidated in this process, in ticks of the {@link TagTable}.
 *
 * Bounded: of a name that was forgotten it is assumed that it was invalidated as late as the last
 * one forgotten, so a value may go unstored without need, but is never kept wrongly.
 */
export class RecentNames {
  readonly #tags: TagTable;
  readonly #marks: LRUCache<string, number>;
  #forgottenUpTo = 0;

  constructor(tags: TagTable, maxNames: number = MAX_NAMES) {
    this.#tags = tags;
    this.#marks = new LRUCache({
      max: maxNames,
      dispose: (tick, _name, reason) => {
        if (reason === 'evict') this.#forgottenUpTo = Math.max(this.#forgottenUpTo, tick);
      },
    });
  }

  mark(name: string): void {
    this.#marks.set(name, this.#tags.advance());
  }

  /** For names that are not known one by one. */
  markAll(): void {
    this.#marks.clear();
    this.#forgottenUpTo = this.#tags.advance();
  }

  /** Whether `name` was not invalidated after the tick `since`. */
  isClean(name: string, since: number): boolean {
    // peek, not get: what must be forgotten first is the oldest mark, not the least read one.
    return (this.#marks.peek(name) ?? this.#forgottenUpTo) <= since;
  }
}
