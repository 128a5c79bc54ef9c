import type { Tag } from '../local/tag-table.js';
import type { Slot, StoredEntry } from '../slot.js';
import type { StoredText } from './cache-store.js';
import { isUnder, versionsOf } from './entry-head.js';
import { learnVersions, versionsAsRead } from './tag-versions.js';

/** What the store answered to one question: many entries, read where they stand in the answer to all. */
export class StoredEntries {
  readonly #slots: readonly Slot[];
  readonly #texts: readonly StoredText[];
  readonly #from: number;
  readonly #tagsRead: readonly Tag[];
  readonly #versionsRead: readonly StoredText[];

  /**
   * @param slots in the order of their texts, all of one moment
   * @param tagsRead their versions follow; known from now on, unless they were invalidated meanwhile
   * @param from where the first text stands
   */
  constructor(
    slots: readonly Slot[],
    tagsRead: readonly Tag[],
    texts: readonly StoredText[],
    from: number,
  ) {
    this.#slots = slots;
    this.#texts = texts;
    this.#from = from;
    this.#tagsRead = tagsRead;
    const ofTags = from + slots.length;
    this.#versionsRead =
      tagsRead.length === 0 ? NONE : texts.slice(ofTags, ofTags + tagsRead.length);
    const [first] = slots;
    if (first !== undefined) learnVersions(first.since, tagsRead, this.#versionsRead);
  }

  text(i: number): StoredText {
    return this.#texts[this.#from + i] ?? null;
  }

  /** Whether the entry of slot `i` was written under the versions that its tags have now. */
  isCurrent(i: number): boolean {
    const text = this.text(i);
    const { tags } = this.#slots[i] as Slot;
    if (text === null) return false;
    return this.#tagsRead.length === 0
      ? isUnder(text, tags)
      : versionsOf(text) === this.#versions(i);
  }

  at(i: number): StoredEntry {
    return { text: this.text(i), versions: this.#versions(i), tagsRead: this.#tagsRead };
  }

  #versions(i: number): string {
    return versionsAsRead((this.#slots[i] as Slot).tags, this.#tagsRead, this.#versionsRead);
  }
}

const NONE: readonly StoredText[] = [];
