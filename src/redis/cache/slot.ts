import type { Tag } from './local/tag-table.js';
import type { NewEntry, StoredText } from './store/cache-store.js';

/** Where an entry stands, and the tick before its value was looked for. */
export interface Slot {
  readonly name: string;
  readonly tags: readonly Tag[];
  readonly since: number;
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
  /** Of the lease; undefined: there was none to be had. */
  readonly token: string | undefined;
  /** undefined: what is there is only removed. */
  readonly entry: NewEntry | undefined;
}
