import type { Clock } from '../../kernel/clock.js';
import type { CacheCounters } from './cache-counters.js';
import { Found, type CacheEntries } from './cache-entries.js';
import type { CacheTiers } from './cache-tiers.js';
import type { Slot, StoredEntry } from './slot.js';
import { UNREADABLE } from './store/entry-codec.js';
import { freshUntilMsOf, isEntry, versionsOf, writtenAtMsOf } from './store/entry-head.js';
import type { StoredEntries } from './store/stored-entries.js';
import { isOutdated } from './store/tag-versions.js';

/** What a look into the store brought. */
export class Reading<Value> {
  readonly #entries: StoredEntries | undefined;
  readonly #at: number;

  constructor(
    /** undefined: there is nothing of use. */
    readonly found: Found<Value> | undefined,
    entries?: StoredEntries,
    at = 0,
  ) {
    this.#entries = entries;
    this.#at = at;
  }

  /** As it stands there, with the versions of its tags at this moment; undefined: the store could not be asked. */
  get stored(): StoredEntry | undefined {
    return this.#entries?.at(this.#at);
  }
}

/** Reads the entries of one cache out of the store, and takes what is good into the process. */
export class EntryReader<Params, Value> {
  constructor(
    private readonly entries: CacheEntries<Params, Value>,
    private readonly tiers: CacheTiers,
    private readonly counters: CacheCounters,
    private readonly clock: Clock,
  ) {}

  async one(slot: Slot): Promise<Reading<Value>> {
    const entries = await this.tiers.read(Array.of(slot));
    if (entries === undefined) return new Reading<Value>(undefined);
    const found = this.#look(slot, entries, 0, this.clock.nowMs());
    return found === 'doubtful' ? this.#again(slot) : new Reading(found, entries);
  }

  /**
   * In one round trip; a second one for those that are in doubt. Two callbacks and not an array of answers: of a batch
   * that is all there, nothing is made but its values.
   * @param slots all of one moment
   * @param onFresh for what is good as it is
   * @param onOther for all others: ended, not there, or not to be asked for
   */
  async many(
    slots: readonly Slot[],
    onFresh: (at: number, found: Found<Value>) => void,
    onOther: (at: number, reading: Reading<Value>) => void,
  ): Promise<void> {
    const entries = await this.tiers.read(slots);
    const nowMs = this.clock.nowMs();
    let doubtful: number[] | undefined;
    for (let at = 0; at < slots.length; at += 1) {
      const found = entries && this.#look(slots[at] as Slot, entries, at, nowMs);
      if (found === 'doubtful') (doubtful ??= []).push(at);
      else if (found?.isFresh === true) onFresh(at, found);
      else onOther(at, new Reading(found, entries, at));
    }
    if (doubtful === undefined) return;
    const again = await this.#manyAgain(doubtful.map((at) => slots[at] as Slot));
    for (const [i, at] of doubtful.entries()) {
      const reading = again[i] as Reading<Value>;
      if (reading.found?.isFresh === true) onFresh(at, reading.found);
      else onOther(at, reading);
    }
  }

  /** What an entry of the store holds, taken into the process; undefined: nothing of use. */
  take(slot: Slot, { text, versions }: StoredEntry): Found<Value> | undefined {
    if (text === null || versionsOf(text) !== versions) return undefined;
    return this.#decode(slot, text, this.clock.nowMs());
  }

  /** @returns 'doubtful': not current, but perhaps only by what this process knows of its tags */
  #look(
    slot: Slot,
    entries: StoredEntries,
    at: number,
    nowMs: number,
  ): Found<Value> | 'doubtful' | undefined {
    const text = entries.text(at);
    if (text === null) return undefined;
    if (entries.isCurrent(at)) return this.#decode(slot, text, nowMs);
    if (isEntry(text)) {
      return isOutdated(slot.tags, versionsOf(text), entries.at(at)) ? undefined : 'doubtful';
    }
    this.counters.unreadable += 1;
    return undefined;
  }

  async #again(slot: Slot): Promise<Reading<Value>> {
    return (await this.#manyAgain([slot]))[0] as Reading<Value>;
  }

  /** Perhaps it is not the entries that are old, but what is known of their tags: once more, believing nothing. */
  async #manyAgain(slots: readonly Slot[]): Promise<Reading<Value>[]> {
    const entries = await this.tiers.reread(slots);
    return slots.map((slot, at) => {
      const found = entries && this.take(slot, entries.at(at));
      return new Reading(found, entries, at);
    });
  }

  #decode(slot: Slot, text: string, nowMs: number): Found<Value> | undefined {
    const value = isEntry(text) ? this.entries.codec.value(slot.name, text) : UNREADABLE;
    if (value === UNREADABLE) {
      this.counters.unreadable += 1;
      return undefined;
    }
    const freshUntilMs = freshUntilMsOf(text);
    const writtenAtMs = writtenAtMsOf(text);
    const longestMs = value === undefined ? this.entries.negativeTtlMs : this.entries.ttlMs;
    // The writer's clock may differ from ours: trusted to shorten an entry's life here, never to prolong it.
    const freshMs = Math.min(freshUntilMs - nowMs, longestMs);
    const found = new Found(value, writtenAtMs, freshUntilMs, freshMs > 0);
    this.entries.keepStored(slot, found, text, freshMs);
    return found;
  }
}
