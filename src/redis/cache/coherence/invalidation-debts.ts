import { Logger } from '@nestjs/common';
import { FaultLog } from '../../../kernel/fault-log.js';
import type {
  InvalidationJournal,
  JournaledInvalidation,
} from '../../../kernel/invalidation-journal.js';
import { EVERYTHING } from '../local/tag-table.js';
import { within } from '../store/store-gate.js';
import { OwedInvalidations } from './owed-invalidations.js';

/** What a change waits for the journal when Redis did not take it: an outage of both must not hold up requests. */
const KEEP_TIMEOUT_MS = 250;
/** More, longer ones, and those that no database takes are kept as everything. */
const MAX_NAMES = 1_000;
const MAX_NAME_LENGTH = 512;
/** Rows of others that are settled in one go. */
const SWEEP = 500;

export type Repeat = (names: readonly string[]) => Promise<void>;

/**
 * Invalidations that Redis is still to be told of. This process keeps its own and repeats them; what a process owed
 * that died, or is cut off alone, stands in the journal, and whoever reaches Redis settles it.
 */
export class InvalidationDebts {
  readonly #owed = new OwedInvalidations(EVERYTHING);
  readonly #faults = new FaultLog(new Logger('Cache'));
  readonly #journal: InvalidationJournal | undefined;
  /** Own rows, by name. */
  readonly #rows = new Map<string, JournaledInvalidation>();
  #unkept = new Set<string>();
  #keeping: Promise<void> | undefined;

  constructor(journal: InvalidationJournal | undefined) {
    this.#journal = journal;
  }

  get size(): number {
    return this.#owed.size;
  }

  /** For what other processes find out by themselves. */
  add(names: readonly string[]): void {
    this.#owed.add(names);
  }

  /** Resolves when the journal has them too, after 250 ms at the latest. Never rejects. */
  async owe(names: readonly string[]): Promise<void> {
    this.add(names);
    if (this.#journal === undefined) return;
    this.#offer(names);
    await this.#kept();
  }

  /** Repeats this process's own. Rejects while the store cannot be told. */
  async settle(repeat: Repeat): Promise<void> {
    if (this.#owed.size === 0) return;
    // What the journal refused is offered again at every look; rows that are on their way would be left for a sweep.
    this.#offer([]);
    await this.#kept();
    const rows = [...this.#rows.values()];
    await this.#owed.repeat(repeat);
    if (this.#owed.size === 0) this.#unkept.clear();
    for (const row of rows) if (this.#rows.get(row.name) === row) this.#rows.delete(row.name);
    // A row that stays is repeated by a sweep: an invalidation too many.
    await this.#forget(rows);
  }

  /** Repeats what stands in the journal, whoever owes it. Rejects while either side cannot be asked. */
  async sweep(repeat: Repeat): Promise<void> {
    const journal = this.#journal;
    if (journal === undefined) return;
    let rows: readonly JournaledInvalidation[];
    do {
      rows = await journal.waiting(SWEEP);
      if (rows.length === 0) return;
      await repeat(rows.map(({ name }) => name));
      await journal.settle(rows);
    } while (rows.length === SWEEP);
  }

  /** Until the journal has all, or long enough. Never rejects: a journal that hangs must not keep Redis from being used. */
  async #kept(): Promise<void> {
    try {
      await within(KEEP_TIMEOUT_MS, this.#keeping ?? Promise.resolve());
    } catch (error) {
      this.#faults.report('journal of owed invalidations', error);
    }
  }

  #offer(names: readonly string[]): void {
    for (const name of names) this.#unkept.add(name);
    if (this.#unkept.size > MAX_NAMES) this.#unkept = new Set([EVERYTHING]);
    // What comes while a statement is under way goes with the next one, all together.
    if (this.#unkept.size > 0) this.#keeping ??= this.#keepAll();
  }

  /** Until the journal has all, or refuses: those names wait for the next offer. */
  async #keepAll(): Promise<void> {
    let isKept = true;
    while (isKept && this.#unkept.size > 0) {
      const names = [...this.#unkept];
      this.#unkept = new Set();
      isKept = await this.#keep(names);
      if (!isKept) for (const name of names) this.#unkept.add(name);
    }
    this.#keeping = undefined;
  }

  async #keep(names: readonly string[]): Promise<boolean> {
    const isTooMuch = this.#rows.size > MAX_NAMES || !names.every(isStorable);
    try {
      const rows = await this.#journal?.add(isTooMuch ? [EVERYTHING] : names);
      for (const row of rows ?? []) this.#rows.set(row.name, row);
      return true;
    } catch (error) {
      this.#faults.report('journal of owed invalidations', error);
      return false;
    }
  }

  async #forget(rows: readonly JournaledInvalidation[]): Promise<void> {
    if (rows.length === 0) return;
    try {
      await this.#journal?.settle(rows);
    } catch (error) {
      this.#faults.report('journal of owed invalidations', error);
    }
  }
}

/** PostgreSQL has neither NUL nor half a surrogate pair. */
function isStorable(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && !name.includes('\0') && !/\p{Cs}/u.test(name);
}
