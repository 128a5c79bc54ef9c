import { LRUCache } from 'lru-cache';
import type { InvalidationLog } from './invalidation-log.js';

/**
 * Where an entry stands, and the tick of the {@link InvalidationLog} before its value was looked
 * for.
 */
export interface Slot {
  readonly key: string;
  readonly tagKeys: readonly string[];
  readonly since: number;
}

export interface LocalEntry {
  /** undefined: it is known that there is nothing. */
  readonly value: unknown;
  /** When its source was asked, by the clock of the process that did; ms since 1970. */
  readonly writtenAtMs: number;
  readonly slot: Slot;
}

/**
 * The tier in the process, bounded by entries. It holds frozen values and hands them out as they
 * are: a copy per hit would cost more than the hit (a structuredClone of a small object takes some
 * µs, the look-up some 100 ns), and a reader who tries to change one gets a TypeError instead of
 * changing it for all.
 */
export class LocalTier {
  readonly #entries: LRUCache<string, LocalEntry>;
  readonly #log: InvalidationLog;
  readonly #ttlCapMs: number;

  /** @param ttlCapMs longest life of an entry here, whatever its own TTL. */
  constructor(maxEntries: number, ttlCapMs: number, log: InvalidationLog) {
    this.#entries = new LRUCache({ max: maxEntries });
    this.#ttlCapMs = ttlCapMs;
    this.#log = log;
  }

  get(key: string): LocalEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const { tagKeys, since } = entry.slot;
    if (this.#log.isClean(tagKeys, since)) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  put(slot: Slot, value: unknown, ttlMs: number, writtenAtMs: number): void {
    const cappedMs = Math.min(ttlMs, this.#ttlCapMs);
    // lru-cache takes 0 for "for ever".
    if (cappedMs >= 1) {
      this.#entries.set(slot.key, { value, writtenAtMs, slot }, { ttl: cappedMs });
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
