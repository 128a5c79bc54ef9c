import type { CacheEvent, CacheLink } from './cache.js';
import type { CoherenceLink } from './coherence/coherence-link.js';
import type { InvalidationDebts } from './coherence/invalidation-debts.js';
import { Telling } from './coherence/telling.js';
import { RecentNames } from './local/recent-names.js';
import type { LocalTier } from './local/local-tier.js';
import { areClean, EVERYTHING, isTagName, type Tag, type TagTable } from './local/tag-table.js';
import type { Lease, LeaseRequest, NewEntry } from './store/cache-store.js';
import {
  removeEverywhere,
  replaceEverywhere,
  storeUnder,
  type SharedTier,
} from './store/shared-tier.js';
import type { StoredEntries } from './store/stored-entries.js';
import {
  areComplete,
  joinVersions,
  learnVersions,
  tagLifeMs,
  unknownTags,
  versionsAsRead,
} from './store/tag-versions.js';
import { LoadWaiters } from './loading/load-waiters.js';
import { Slot, type Write } from './slot.js';

/** Steps of a load: its readers wait for the source anyway, and without them it would be loaded twice. */
const LOAD_PATIENCE = 5;
/** Both tiers as all caches of the process share them, and what may be believed of either. Faults of the store end here. */
export class CacheTiers {
  readonly local: LocalTier;
  readonly waiters = new LoadWaiters();
  readonly #tags: TagTable;
  readonly #shared: SharedTier | undefined;
  readonly #recent: RecentNames;
  readonly #debts: InvalidationDebts;
  readonly #telling: Telling;
  readonly #emit: (event: CacheEvent) => void;
  #link: CoherenceLink | undefined;
  #tokens = 0;

  constructor(
    local: LocalTier,
    tags: TagTable,
    shared: SharedTier | undefined,
    debts: InvalidationDebts,
    emit: (event: CacheEvent) => void,
  ) {
    this.local = local;
    this.#tags = tags;
    this.#shared = shared;
    this.#debts = debts;
    this.#telling = new Telling(shared, debts);
    this.#emit = emit;
    this.#recent = new RecentNames(tags);
  }

  attach(link: CoherenceLink): void {
    this.#link = link;
  }

  get isShared(): boolean {
    return this.#shared !== undefined;
  }

  /** On the monotonic clock: up to it, local values may be served. */
  servesLocalUntilMs(strict: boolean): number {
    if (this.#link === undefined) return Infinity;
    return strict ? this.#link.provenUntilMs : this.#link.servesUntilMs;
  }

  /** Whether this process is told what others do. */
  get hearsOthers(): boolean {
    return this.#link?.isProven === true;
  }

  linkState(): CacheLink {
    const link = this.#link;
    return {
      state: link?.state ?? 'alone',
      owedInvalidations: this.#debts.size,
      gaps: link?.gaps ?? 0,
      resets: link?.resets ?? 0,
      errors: this.#shared?.gate.errors ?? 0,
    };
  }

  tag(name: string): Tag {
    return this.#tags.of(name);
  }

  /** One that is never forgotten. */
  pinnedTag(name: string): Tag {
    return this.#tags.pin(name);
  }

  /** Taken before a value is looked for, so that an invalidation meanwhile is noticed. */
  slot(key: string, name: string, tags: readonly Tag[]): Slot {
    return new Slot(key, name, tags, this.#tags.tick);
  }

  /** Whether neither the entry nor a tag was invalidated since the slot was taken. */
  isCurrent({ name, tags, since }: Slot): boolean {
    return (
      since === this.#tags.tick || (areClean(tags, since) && this.#recent.isClean(name, since))
    );
  }

  /** Lets what began before the slot's value was found be worthless here, and the slot itself not; else drops what is older. */
  supersede(slot: Slot): Slot {
    if (!this.isCurrent(slot)) {
      this.local.deleteOlder(slot.name, slot.since);
      return slot;
    }
    this.dropHere([slot.name]);
    return this.slot(slot.key, slot.name, slot.tags);
  }

  /** What the store has, in one round trip with the versions that are not known; `slots` are of one moment. */
  read(slots: readonly Slot[]): Promise<StoredEntries | undefined> {
    const shared = this.#usable();
    if (shared === undefined) return Promise.resolve(undefined);
    return shared.reads.read(slots, this.#unknownTags(slots));
  }

  /** As {@link read}, but believing no version that this process knows. */
  reread(slots: readonly Slot[]): Promise<StoredEntries | undefined> {
    for (const { tags } of slots) for (const tag of tags) tag.version = undefined;
    return this.read(slots);
  }

  /**
   * Versions to write entries under, to be had before their values are; undefined: the store is away, or a tag was
   * dropped meanwhile.
   * @param slots of one moment
   */
  async ensureVersions(
    slots: readonly Slot[],
    ttlMs: number,
  ): Promise<readonly (string | undefined)[]> {
    const shared = this.#usable();
    const unknown = this.#unknownTags(slots);
    if (shared === undefined) return slots.map(() => undefined);
    if (unknown.length === 0) return slots.map(({ tags }) => joinVersions(tags));
    const lifeMs = tagLifeMs(ttlMs);
    const names = unknown.map(({ name }) => name);
    const ensure = () => shared.store.ensureTags(names, lifeMs);
    const versions = await shared.gate.pass('look at tags', ensure, LOAD_PATIENCE);
    const [first] = slots;
    if (versions === undefined || first === undefined) return slots.map(() => undefined);
    learnVersions(first.since, unknown, versions);
    return slots.map(({ tags }) => {
      const all = versionsAsRead(tags, unknown, versions);
      // A tag that was invalidated meanwhile has none: an entry without it could not be dropped by it.
      return areComplete(all, tags.length) ? all : undefined;
    });
  }

  /** Unique in the fleet. */
  newToken(): string {
    this.#tokens += 1;
    return `${this.#shared?.log.instanceId ?? ''}.${this.#tokens}`;
  }

  /** @returns 'away': load without it. undefined: somebody else loads. */
  async lease(slot: Slot, request: LeaseRequest): Promise<Lease | 'away'> {
    const shared = this.#usable();
    if (shared === undefined) return 'away';
    const ask = async () => ({ lease: await shared.store.lease(slot.name, request) });
    const answer = await shared.gate.pass('lease', ask, LOAD_PATIENCE);
    return answer === undefined ? 'away' : answer.lease;
  }

  async renew(slot: Slot, token: string): Promise<void> {
    const shared = this.#usable();
    await shared?.gate.pass('renewal', () => shared.store.renew(slot.name, token));
  }

  /** What the store has under these names is older than what is known here: removed as soon as it can be. */
  owe(names: readonly string[]): void {
    if (this.#shared !== undefined) void this.#debts.owe(names);
  }

  /**
   * Stores what was loaded under a lease, or gives the lease back.
   * @returns false: it was no longer good; undefined: the store did not answer
   */
  async settle(
    slot: Slot,
    token: string,
    entry: NewEntry | undefined,
  ): Promise<boolean | undefined> {
    const shared = this.#usable();
    if (shared === undefined) return undefined;
    const store = () => storeUnder(shared, slot, token, entry);
    return shared.gate.pass('store', store, LOAD_PATIENCE);
  }

  /** Replaces entries in the store. What it could not take in time is removed as soon as it can be. */
  async put(writes: readonly Write[]): Promise<void> {
    const names = writes.map(({ slot }) => slot.name);
    await this.#telling.tellInTime('store', names, (shared, untilMs) =>
      replaceEverywhere(shared, writes, untilMs, {
        // Not its tags: under what was dropped of them it is a miss for everybody.
        isCurrent: ({ name, since }) => this.#recent.isClean(name, since),
        drop: (overtaken) => this.dropHere(overtaken),
      }),
    );
  }

  /** What was changed in the store is to be dropped by all others. */
  async tellOthers(names: readonly string[]): Promise<void> {
    if (names.length > 0)
      await this.#telling.tell('message', names, ({ log }) => log.append(names));
  }

  /** Drops values in the process, then in the store and at all others: now, or as soon as they can be reached. */
  async drop(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    this.dropHere(names);
    await this.#telling.tell('invalidation', names, (shared) => removeEverywhere(shared, names));
    this.#emit({ type: 'invalidated', keys: names.length, origin: 'here' });
  }

  /** Drops values in the process, and makes what is being looked for worthless. */
  dropHere(names: readonly string[]): void {
    for (const name of names) {
      if (isTagName(name)) this.#tags.drop(name);
      else {
        this.#recent.mark(name);
        this.local.delete(name);
      }
      this.waiters.wake(name);
    }
  }

  /** Makes what is being looked for worthless here, and drops nothing. @param names of entries; left out: all */
  outdateSearches(names?: readonly string[]): void {
    if (names === undefined) return this.#recent.markAll();
    for (const name of names) this.#recent.mark(name);
  }

  dropAllHere(): void {
    this.#tags.forgetVersions();
    this.local.clear();
    this.waiters.wakeAll();
  }

  /** The store may hold again what was removed from it: nothing in it counts any more. */
  reset(): Promise<void> {
    this.#debts.add([EVERYTHING]);
    return this.settleOwed();
  }

  /** Rejects while the store cannot be told. */
  async settleOwed(): Promise<void> {
    const shared = this.#shared;
    if (shared !== undefined) await this.#debts.settle((names) => removeEverywhere(shared, names));
  }

  /** Repeats what others owe, or owed when they ended: here too, nobody has told it yet. Rejects while it cannot. */
  async settleOfOthers(): Promise<void> {
    const shared = this.#usable();
    if (shared === undefined) return;
    await this.#debts.sweep((names) => {
      this.dropHere(names);
      return removeEverywhere(shared, names);
    });
  }

  /** @throws AppError `cache.pattern_incomplete` */
  async *match(namespace: string, pattern: string): AsyncGenerator<readonly string[]> {
    if (this.#shared !== undefined) yield* this.#shared.store.match(namespace, pattern);
  }

  async close(): Promise<void> {
    await this.#link?.close();
  }

  /** The store, unless it is away or holds what was invalidated. */
  #usable(): SharedTier | undefined {
    const shared = this.#shared;
    return shared === undefined || shared.gate.isOpen || this.#debts.size > 0 ? undefined : shared;
  }

  /** A version is known as long as its change would have been heard of. */
  #unknownTags(slots: readonly Slot[]): readonly Tag[] {
    return unknownTags(slots, performance.now() >= this.servesLocalUntilMs(true));
  }
}
