import { Logger } from '@nestjs/common';
import type { Clock } from '../../kernel/clock.js';
import { FaultLog } from '../../kernel/fault-log.js';
import type { CacheStore, StoredEntry } from './cache-store.js';
import type { InvalidationBus } from './invalidation-bus.js';
import type { InvalidationLog } from './invalidation-log.js';
import type { LocalEntry, LocalTier, Slot } from './local-tier.js';
import { StoreTrust } from './store-trust.js';

/**
 * Both tiers as all caches of the process share them. Faults of the store end here: logged, and a
 * miss.
 */
export class CacheTiers {
  readonly #faults = new FaultLog(new Logger('Cache'));
  readonly #local: LocalTier;
  readonly #store: CacheStore;
  readonly #log: InvalidationLog;
  readonly #bus: InvalidationBus;
  readonly #trust: StoreTrust;

  constructor(
    local: LocalTier,
    store: CacheStore,
    log: InvalidationLog,
    bus: InvalidationBus,
    clock: Clock,
  ) {
    this.#local = local;
    this.#store = store;
    this.#log = log;
    this.#bus = bus;
    this.#trust = new StoreTrust(clock, (keys) => this.#settle(keys));
  }

  /** Follows the invalidations of other instances. */
  async start(): Promise<void> {
    this.#store.onInterruption(() => this.#trust.lose());
    await this.#bus.listen((keys) => this.dropHere(keys));
  }

  /** Taken before a value is looked for, so that an invalidation meanwhile is noticed. */
  slot(key: string, tagKeys: readonly string[]): Slot {
    return { key, tagKeys, since: this.#log.now() };
  }

  /** Whether neither the key nor a tag was invalidated since the slot was taken. */
  isCurrent({ key, tagKeys, since }: Slot): boolean {
    return this.#log.isClean([key], since) && this.#log.isClean(tagKeys, since);
  }

  getLocal(key: string): LocalEntry | undefined {
    return this.#local.get(key);
  }

  /** Keeps in the process what was looked for under `slot`, unless it was invalidated meanwhile. */
  putLocal(slot: Slot, value: unknown, ttlMs: number, writtenAtMs: number): void {
    if (this.isCurrent(slot)) this.#local.put(slot, value, ttlMs, writtenAtMs);
  }

  /** @returns undefined when the store cannot be asked. */
  async read(slot: Slot): Promise<StoredEntry | undefined> {
    return (await this.readAll([slot]))?.[0];
  }

  /** {@link read} of many, in one round trip. */
  readAll(slots: readonly Slot[]): Promise<readonly StoredEntry[] | undefined> {
    return this.#spare(`read of ${slots.map(({ key }) => key).join(', ')}`, () =>
      this.#store.read(slots),
    );
  }

  /** Whether an entry of the store that was written then may be served, see {@link StoreTrust}. */
  isTrusted(writtenAtMs: number): boolean {
    return this.#trust.covers(writtenAtMs);
  }

  /**
   * Versions to write an entry under, to be had before its value is. @returns undefined when the
   * store cannot be asked.
   */
  tagVersions({ tagKeys }: Slot, ttlMs: number): Promise<readonly string[] | undefined> {
    if (tagKeys.length === 0) return Promise.resolve([]);
    return this.#spare('read of tags', () => this.#store.ensureTags(tagKeys, ttlMs));
  }

  /** Writes what was looked for under `slot` to the store, unless it was invalidated meanwhile. */
  async write(slot: Slot, text: string, ttlMs: number): Promise<void> {
    // Sent in this very step: a removal that comes later is sent later, on the same connection.
    if (!this.isCurrent(slot)) return;
    const { key, tagKeys } = slot;
    await this.#spare(`write of ${key}`, () => this.#store.write(key, text, ttlMs, tagKeys));
  }

  /** Drops local values of `keys` (entries or tags), and makes loads under way worthless. */
  dropHere(keys: readonly string[]): void {
    for (const key of keys) {
      this.#log.mark(key);
      this.#local.delete(key);
    }
  }

  /** {@link dropHere}, then in the store, and then at all others: now, or as soon as it can be reached. */
  async drop(keys: readonly string[]): Promise<void> {
    this.dropHere(keys);
    await this.#told(`removal of ${keys.join(', ')}`, keys, () => this.#settle(keys));
  }

  /**
   * After the store was changed: who reads it because of the message must find the change there.
   */
  async tellOthers(keys: readonly string[]): Promise<void> {
    await this.#told('message to other instances', keys, () => this.#bus.publish(keys));
  }

  async #settle(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return this.#store.ping();
    await this.#store.remove(keys);
    await this.#bus.publish(keys);
  }

  async #told(what: string, keys: readonly string[], tell: () => Promise<void>): Promise<void> {
    if (!this.#trust.isBelieved) return this.#trust.owe(keys);
    try {
      await tell();
    } catch (error) {
      this.#faults.report(what, error);
      this.#trust.owe(keys);
    }
  }

  async #spare<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    if (!this.#trust.isBelieved) return undefined;
    try {
      return await work();
    } catch (error) {
      this.#faults.report(what, error);
      // A server that answers with an error, such as one that is full, has lost nothing.
      if (!(error instanceof Error && error.name === 'ReplyError')) this.#trust.lose();
      return undefined;
    }
  }
}
