import type { Tag } from '../local/tag-table.js';
import type { Slot } from '../slot.js';
import type { CacheStore } from './cache-store.js';
import type { StoreGate } from './store-gate.js';
import { StoredEntries } from './stored-entries.js';

/**
 * Keys of readers that share a command; a batch has one of its own, however many it asks for. While the answer to one is
 * read here, the server works on the next: of 64 readers it serves 1.2 times as many a second as all in one would.
 */
const MAX_NAMES = 32;
/** Commands under way. More would wait for each other's answers to be read, and be taken for lost meanwhile. */
const MAX_COMMANDS = 16;

class Question {
  constructor(
    readonly slots: readonly Slot[],
    /** Of all slots together: tags whose versions are to be read with them. */
    readonly tags: readonly Tag[],
    readonly answer: (entries: StoredEntries | undefined) => void,
    /** On the monotonic clock: who has waited for his turn as long as for an answer goes on without one. */
    readonly untilMs: number,
  ) {}

  get size(): number {
    return this.slots.length + this.tags.length;
  }
}

/**
 * Asks the store for what readers want in one turn of the event loop together. 64 readers at a time cost two commands
 * instead of 64, and the first of them waits for nobody but those of his own turn. Who comes when all commands are under
 * way waits for his turn as long as for an answer at most.
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

  /** @returns undefined: the store cannot be asked. */
  read(slots: readonly Slot[], tags: readonly Tag[]): Promise<StoredEntries | undefined> {
    return new Promise((answer) => {
      this.#questions.push(
        new Question(slots, tags, answer, performance.now() + this.#gate.callTimeoutMs),
      );
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
    const nowMs = performance.now();
    // The first has waited for longest.
    while (from < waiting.length && (waiting[from] as Question).untilMs < nowMs) {
      waiting[from]?.answer(undefined);
      from += 1;
    }
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
    const names =
      questions.length === 1 ? namesOf(questions[0] as Question) : questions.flatMap(namesOf);
    this.#commands += 1;
    const texts = await this.#gate.pass('read', () => this.#store.read(names));
    this.#commands -= 1;
    let from = 0;
    for (const question of questions) {
      question.answer(texts && new StoredEntries(question.slots, question.tags, texts, from));
      from += question.size;
    }
    if (this.#questions.length > 0 && !this.#isDue) this.#ask();
  }
}

function sizeOf(question: Question | undefined): number {
  return question?.size ?? 0;
}

function namesOf({ slots, tags }: Question): readonly string[] {
  const names = slots.map(({ name }) => name);
  return tags.length === 0 ? names : names.concat(tags.map(({ name }) => name));
}
