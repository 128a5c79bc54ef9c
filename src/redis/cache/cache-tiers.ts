import { LRUCache } from 'lru-cache';
import { HOUR_MS, MINUTE_MS } from '../../kernel/duration.js';
import type { CacheEvent, CacheLink } from './cache.js';
import type { CoherenceLink } from './coherence/coherence-link.js';
import { OwedInvalidations } from './coherence/owed-invalidations.js';
import type { InvalidationLog } from './coherence/invalidation-log.js';
import { RecentNames } from './local/recent-names.js';
import type { LocalTier } from './local/local-tier.js';
import { areClean, EVERYTHING, isTagName, type Tag, type TagTable } from './local/tag-table.js';
import type { CacheStore, Lease, LeaseRequest, NewEntry, StoredText } from './store/cache-store.js';
import type { ReadBatch } from './store/read-batch.js';
import { within, type StoreGate } from './store/store-gate.js';

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
  /** Whether the versions were read in the same round trip, not remembered. */
  readonly isCertain: boolean;
}

/** A value that replaces what the store has. */
export interface Write {
  readonly slot: Slot;
  /** Of the lease; undefined: there was none to be had. */
  readonly token: string | undefined;
  /** undefined: what is there is only removed. */
  readonly entry: NewEntry | undefined;
}

/** The parts behind a process that shares a store. */
export interface SharedTier {
  readonly store: CacheStore;
  readonly gate: StoreGate;
  readonly reads: ReadBatch;
  readonly log: InvalidationLog;
}

/** A tag outlives the entries that carry it by so much: it must not be what ends them. */
const TAG_MARGIN_MS = MINUTE_MS;
const MIN_TAG_LIFE_MS = HOUR_MS;
/** What a change waits for the store before it is left to be repeated: longer than a read, others depend on it. */
const TELL_TIMEOUT_MS = 300;

const MAX_SETTLED = 1_000;

/**
 * Both tiers as all caches of the process share them: what is in the process, what is behind it, and what may be
 * believed of either. Faults of the store end here: logged, and a miss.
 */
export class CacheTiers {
  readonly local: LocalTier;
  readonly #tags: TagTable;
  readonly #shared: SharedTier | undefined;
  readonly #recent: RecentNames;
  readonly #owed = new OwedInvalidations(EVERYTHING);
  readonly #emit: (event: CacheEvent) => void;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #lastSettledMs = new LRUCache<string, number>({ max: MAX_SETTLED });
  #link: CoherenceLink | undefined;
  #tokens = 0;

  constructor(
    local: LocalTier,
    tags: TagTable,
    shared: SharedTier | undefined,
    emit: (event: CacheEvent) => void,
  ) {
    this.local = local;
    this.#tags = tags;
    this.#shared = shared;
    this.#emit = emit;
    this.#recent = new RecentNames(tags);
  }

  /** Follows the invalidations of other instances. */
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

  linkState(): CacheLink {
    const link = this.#link;
    return {
      state: link?.state ?? 'alone',
      owedInvalidations: this.#owed.size,
      gaps: link?.gaps ?? 0,
      resets: link?.resets ?? 0,
      errors: this.#shared?.gate.errors ?? 0,
    };
  }

  tag(name: string): Tag {
    return this.#tags.of(name);
  }

  /** Taken before a value is looked for, so that an invalidation meanwhile is noticed. */
  slot(name: string, tags: readonly Tag[]): Slot {
    return { name, tags, since: this.#tags.tick };
  }

  /** Whether neither the entry nor a tag was invalidated since the slot was taken. */
  isCurrent({ name, tags, since }: Slot): boolean {
    return (
      since === this.#tags.tick || (areClean(tags, since) && this.#recent.isClean(name, since))
    );
  }

  /** What the store has, in one round trip with the versions that are not known. @returns undefined: it is away. */
  async read(slot: Slot): Promise<StoredEntry | undefined> {
    const shared = this.#usable();
    if (shared === undefined) return undefined;
    const unknown = this.#unknownTags(slot.tags);
    const names = [slot.name, ...unknown.map(({ name }) => name)];
    const texts = await shared.reads.read(names);
    if (texts === undefined) return undefined;
    return {
      text: texts[0],
      versions: this.#versions(slot, unknown, texts),
      isCertain: unknown.length === slot.tags.length,
    };
  }

  /** As {@link read}, but believing no version that this process knows. */
  reread(slot: Slot): Promise<StoredEntry | undefined> {
    for (const tag of slot.tags) tag.version = undefined;
    return this.read(slot);
  }

  /** Versions to write an entry under, to be had before its value is. @returns undefined: the store is away. */
  async ensureVersions(slot: Slot, ttlMs: number): Promise<string | undefined> {
    const shared = this.#usable();
    if (shared === undefined) return undefined;
    const unknown = this.#unknownTags(slot.tags);
    if (unknown.length === 0) return joined(slot.tags);
    const lifeMs = tagLifeMs(ttlMs);
    const names = unknown.map(({ name }) => name);
    const versions = await shared.gate.pass('look at tags', () =>
      shared.store.ensureTags(names, lifeMs),
    );
    return versions && this.#versions(slot, unknown, ['', ...versions]);
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
    const answer = await shared.gate.pass('lease', async () => ({
      lease: await shared.store.lease(slot.name, request),
    }));
    return answer === undefined ? 'away' : answer.lease;
  }

  async renew(slot: Slot, token: string): Promise<void> {
    const shared = this.#usable();
    await shared?.gate.pass('renewal', () => shared.store.renew(slot.name, token));
  }

  /** Stores what was loaded under a lease, or gives the lease back. @returns false: it was no longer good. */
  async settle(slot: Slot, token: string, entry: NewEntry | undefined): Promise<boolean> {
    const shared = this.#usable();
    if (shared === undefined) return true;
    const held = await shared.gate.pass('store', async () => {
      const keep = entry && this.#keepTags(shared, slot, entry.ttlMs);
      const stored = await shared.store.settle(slot.name, token, entry);
      await keep;
      return stored;
    });
    return held ?? true;
  }

  /**
   * Replaces entries in the store, each under a lease that was taken by force, and tells all others. What it could
   * not take is removed as soon as it can.
   *
   * Under a lease, because a write that a broken connection held back may arrive much later: by then the lease is
   * gone, and the write is refused.
   */
  async put(writes: readonly Write[]): Promise<void> {
    const names = writes.map(({ slot }) => slot.name);
    await this.#tell('store', names, async (shared) => {
      const settled = Promise.all(writes.map((write) => this.#settleOwn(shared, write)));
      await inOrder(shared, settled, names);
    });
  }

  /** What was changed in the store is to be dropped by all others. */
  async tellOthers(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.#tell('message', names, ({ log }) => log.append(names));
  }

  /** Drops values in the process, then in the store and at all others: now, or as soon as they can be reached. */
  async drop(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    this.dropHere(names);
    this.#emit({ type: 'invalidated', keys: names.length, origin: 'here' });
    await this.#tell('invalidation', names, (shared) =>
      inOrder(shared, shared.store.remove(names), names),
    );
  }

  /** Drops values in the process, and makes what is being looked for worthless. */
  dropHere(names: readonly string[]): void {
    for (const name of names) {
      if (isTagName(name)) this.#tags.drop(name);
      else {
        this.#recent.mark(name);
        const colon = name.indexOf(':');
        this.local.delete(name.slice(0, colon), name.slice(colon + 1));
      }
      this.#wake(name);
    }
  }

  dropAllHere(): void {
    this.#tags.forgetVersions();
    this.local.clear();
    for (const name of [...this.#waiting.keys()]) this.#wake(name);
  }

  /** The store may hold again what was removed from it: nothing in it counts any more. */
  async reset(): Promise<void> {
    this.#owed.add([EVERYTHING]);
    await this.settleOwed();
  }

  /** Rejects while the store cannot be told. */
  async settleOwed(): Promise<void> {
    const shared = this.#shared;
    if (shared === undefined) return;
    await this.#owed.repeat((names) => inOrder(shared, shared.store.remove(names), names));
  }

  /**
   * Resolves when whoever loads the entry is done, or it was invalidated, at the latest after `timeoutMs`.
   * @param sinceMs on the monotonic clock: what was told after it counts as well
   */
  whenSettled(name: string, sinceMs: number, timeoutMs: number): Promise<void> {
    if ((this.#lastSettledMs.get(name) ?? -Infinity) >= sinceMs) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(name) ?? new Set<() => void>();
      this.#waiting.set(name, waiting);
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(done);
        if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      waiting.add(done);
    });
  }

  /** Whoever loaded the entry is done with it; told only where somebody waits. */
  settled(name: string): void {
    this.#lastSettledMs.set(name, performance.now());
    this.#wake(name);
  }

  #wake(name: string): void {
    for (const done of this.#waiting.get(name) ?? []) done();
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
    return shared === undefined || shared.gate.isOpen || this.#owed.size > 0 ? undefined : shared;
  }

  async #settleOwn(shared: SharedTier, { slot, token, entry }: Write): Promise<void> {
    if (token === undefined || entry === undefined) return shared.store.remove([slot.name]);
    const kept = this.#keepTags(shared, slot, entry.ttlMs);
    const held = await shared.store.settle(slot.name, token, entry);
    // Somebody else wrote or removed it after us: what we keep is the older one.
    if (!held) this.dropHere([slot.name]);
    await kept;
  }

  async #tell(
    what: string,
    names: readonly string[],
    tell: (shared: SharedTier) => Promise<void>,
  ): Promise<void> {
    const shared = this.#shared;
    if (shared === undefined) return;
    if (shared.gate.isOpen) return this.#owed.add(names);
    try {
      await within(TELL_TIMEOUT_MS, tell(shared));
    } catch (error) {
      shared.gate.report(what, error);
      this.#owed.add(names);
    }
  }

  async #keepTags(shared: SharedTier | undefined, slot: Slot, ttlMs = 0): Promise<void> {
    const neededUntilMs = performance.now() + ttlMs + TAG_MARGIN_MS;
    const ending = slot.tags.filter(({ keptUntilMs }) => keptUntilMs < neededUntilMs);
    if (shared === undefined || ending.length === 0) return;
    const lifeMs = tagLifeMs(ttlMs);
    for (const tag of ending) tag.keptUntilMs = performance.now() + lifeMs - TAG_MARGIN_MS;
    await shared.store.keepTags(
      ending.map(({ name }) => name),
      lifeMs,
    );
  }

  /** A version is known as long as its change would have been heard of. */
  #unknownTags(tags: readonly Tag[]): readonly Tag[] {
    if (performance.now() >= this.servesLocalUntilMs(true)) return tags;
    return tags.filter(({ version }) => version === undefined);
  }

  /** Takes up what was read of the tags, as far as none was invalidated meanwhile. */
  #versions(slot: Slot, read: readonly Tag[], texts: readonly StoredText[]): string {
    for (const [i, tag] of read.entries()) {
      if (tag.droppedAtTick <= slot.since) tag.version = texts[i + 1];
    }
    if (read.length === 0) return joined(slot.tags);
    return slot.tags
      .map((tag) => (read.includes(tag) ? texts[read.indexOf(tag) + 1] : tag.version) ?? '')
      .join(' ');
  }
}

/** Changes the store, and then lets all others know: who hears of it must not find the older value there. */
async function inOrder(
  { store, log }: SharedTier,
  change: Promise<unknown>,
  names: readonly string[],
): Promise<void> {
  // One connection keeps the order by itself; on a Cluster each node has its own.
  if (store.servers() !== '') await change;
  await Promise.all([change, log.append(names)]);
}

function joined(tags: readonly Tag[]): string {
  let text = tags[0]?.version ?? '';
  for (let i = 1; i < tags.length; i += 1) text += ` ${tags[i]?.version ?? ''}`;
  return text;
}

function tagLifeMs(ttlMs: number): number {
  return Math.max(2 * ttlMs, MIN_TAG_LIFE_MS) + 2 * TAG_MARGIN_MS;
}
