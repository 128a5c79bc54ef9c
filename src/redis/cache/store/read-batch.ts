import type { Tag } from '../local/tag-table.js';
import type { Slot, StoredEntry } from '../slot.js';
import type { CacheStore, StoredText } from './cache-store.js';
import type { StoreGate } from './store-gate.js';
import { takeVersions } from './tag-versions.js';

/** Keys of one command: the server answers nobody else meanwhile. */
const MAX_NAMES = 512;
/** Commands under way. More would wait for each other's answers to be read, and be taken for lost meanwhile. */
const MAX_COMMANDS = 4;

interface Question {
  readonly slots: readonly Slot[];
  /** Of all slots together: tags whose versions are to be read with them. */
  readonly tags: readonly Tag[];
  readonly answer: (entries: readonly StoredEntry[] | undefined) => void;
}

/**
 * Asks the store once for all that readers want in one turn of the event loop. 64 readers at a time cost one command
 * instead of 64, and the first of them waits for nobody but those of his own turn.
 */
export class ReadBatch {
  readonly #store: CacheStore;
  readonly #gate: StoreGate;
  #questions: Question[] = [];
  #isDue = false;
  #commands = 0;

  constructor(store: CacheStore, gate: StoreGate) {
    this.#store = store;
    this.#gate = gate;
  }

  /** @returns in the order of `slots`; undefined: the store cannot be asked. */
  read(slots: readonly Slot[], tags: readonly Tag[]): Promise<readonly StoredEntry[] | undefined> {
    return new Promise((answer) => {
      this.#questions.push({ slots, tags, answer });
      if (this.#isDue) return;
      this.#isDue = true;
      // After all that becomes ready in this turn, before anything is waited for.
      process.nextTick(this.#onDue);
    });
  }

  readonly #onDue = (): void => {
    this.#isDue = false;
    this.#ask();
  };

  #ask(): void {
    const waiting = this.#questions;
    let from = 0;
    while (from < waiting.length && this.#commands < MAX_COMMANDS) {
      let to = from;
      let count = 0;
      do {
        count += sizeOf(waiting[to]);
        to += 1;
      } while (to < waiting.length && count + sizeOf(waiting[to]) <= MAX_NAMES);
      void this.#send(from === 0 && to === waiting.length ? waiting : waiting.slice(from, to));
      from = to;
    }
    if (from > 0) this.#questions = waiting.slice(from);
  }

  async #send(questions: readonly Question[]): Promise<void> {
    const names: string[] = [];
    for (const { slots, tags } of questions) {
      for (const { name } of slots) names.push(name);
      for (const { name } of tags) names.push(name);
    }
    this.#commands += 1;
    const texts = await this.#gate.pass('read', () => this.#store.read(names));
    this.#commands -= 1;
    let from = 0;
    for (const question of questions) {
      question.answer(texts && entriesOf(question, texts, from));
      from += sizeOf(question);
    }
    if (this.#questions.length > 0 && !this.#isDue) this.#ask();
  }
}

function sizeOf(question: Question | undefined): number {
  return question === undefined ? 0 : question.slots.length + question.tags.length;
}

function entriesOf(
  { slots, tags }: Question,
  texts: readonly StoredText[],
  from: number,
): StoredEntry[] {
  const ofTags = from + slots.length;
  const versions = tags.length === 0 ? [] : texts.slice(ofTags, ofTags + tags.length);
  const entries: StoredEntry[] = [];
  let before: Slot | undefined;
  for (let i = 0; i < slots.length; i += 1) {
    const slot = slots[i] as Slot;
    // Entries of one cache often carry the same tags: their versions are put together once.
    const isAlike = before?.tags === slot.tags && before.since === slot.since;
    const last = entries[i - 1];
    entries.push({
      text: texts[from + i] ?? null,
      versions: isAlike && last ? last.versions : takeVersions(slot, tags, versions),
      tagsRead: tags,
    });
    before = slot;
  }
  return entries;
}
