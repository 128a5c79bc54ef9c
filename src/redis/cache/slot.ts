import type { Tag } from './local/tag-table.js';
import type { NewEntry, StoredText } from './store/cache-store.js';

/**
 * Where an entry stands, and the tick before its value was looked for.
 *
 * A class, as all that is made per read: V8 puts what a literal makes into the old generation for good once much of it
 * lived long (while a cache was filled), and there it holds all it points to until the next full collection. That cost
 * a third of a batched read. For the same reason arrays come from `map`, `filter` or `Array.of` here, not from `[]`.
 */
export class Slot {
  constructor(
    /** The part after the namespace. */
    readonly key: string,
    /** `<namespace>:<key>` */
    readonly name: string,
    readonly tags: readonly Tag[],
    readonly since: number,
  ) {}
}

/** What the store has under a slot's name, and the versions of its tags; '': the tag has none. */
export interface StoredEntry {
  readonly text: StoredText;
  readonly versions: string;
  /** Those whose versions were read in the same round trip, not remembered. */
  readonly tagsRead: readonly Tag[];
}

/** A value that replaces what the store has. */
export interface Write {
  readonly slot: Slot;
  /** undefined: what is there is only removed. */
  readonly entry: NewEntry | undefined;
}

/** As many at a time as their texts have characters together, or one that has more. */
export function partsOf(writes: readonly Write[], maxCharacters: number): readonly Write[][] {
  const parts: Write[][] = [];
  let left = 0;
  for (const write of writes) {
    const length = write.entry?.text.length ?? 0;
    if (parts.length === 0 || length > left) {
      parts.push([]);
      left = maxCharacters;
    }
    parts.at(-1)?.push(write);
    left -= length;
  }
  return parts;
}
