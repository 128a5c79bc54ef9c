import type { Clock } from '../../kernel/clock.js';
import type { KeyRing } from '../../kernel/secret-box.js';
import type { CacheCounters } from './cache-counters.js';
import { policyOf, type CacheDefinition, type CachePolicy } from './cache-definition.js';
import type { CacheTiers } from './cache-tiers.js';
import type { Slot, StoredEntry } from './slot.js';
import type { LocalIndex, LocalValue } from './local/local-tier.js';
import { EVERYTHING, namespaceTagName, tagName, type Tag } from './local/tag-table.js';
import type { NewEntry } from './store/cache-store.js';
import { areComplete, isOutdated } from './store/tag-versions.js';
import { EntryCodec, type StoredTimes } from './store/entry-codec.js';
import { versionSuffix } from './versioned-key.js';

/** What all caches of a process have in common. */
export interface CacheSurroundings {
  readonly tiers: CacheTiers;
  readonly clock: Clock;
  readonly encryptionKeys: KeyRing;
  readonly random: () => number;
}

/** A value that was found, be it past its end. */
export interface Found<Value> extends StoredTimes {
  readonly value: Value | undefined;
  readonly isFresh: boolean;
}

/** Where a value is looked for. */
export interface Place {
  readonly key: string;
  readonly slot: Slot;
}

export interface Reading<Value> {
  /** undefined: the store could not be asked. */
  readonly stored: StoredEntry | undefined;
  /** undefined: there is nothing of use. */
  readonly found: Found<Value> | undefined;
}

const UNREAD = { stored: undefined, found: undefined };

/** A value as it is kept from now on. */
export interface Prepared<Value> {
  /** What readers get. */
  readonly value: Value | undefined;
  readonly bytes: number;
  /** How long it is fresh; 0: it is not to be kept. */
  readonly freshMs: number;
}

/** The entries of one cache in both tiers: their names, tags, times and shapes. */
export class CacheEntries<Params, Value> {
  readonly name: string;
  readonly policy: CachePolicy;
  readonly index: LocalIndex;
  readonly #definition: CacheDefinition<Params, Value>;
  readonly #tiers: CacheTiers;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #codec: EntryCodec<Value>;
  readonly #counters: CacheCounters;
  readonly #stem: string;
  readonly #suffix: string;
  readonly #commonTags: readonly Tag[];
  #ttlOverrideMs: number | undefined;

  constructor(
    definition: CacheDefinition<Params, Value>,
    surroundings: CacheSurroundings,
    counters: CacheCounters,
  ) {
    const { name, namespace, schema, encrypt, version = 1 } = definition;
    this.name = name;
    this.#definition = definition;
    this.#counters = counters;
    this.#tiers = surroundings.tiers;
    this.#clock = surroundings.clock;
    this.#random = surroundings.random;
    this.policy = policyOf(definition);
    this.#stem = `${namespace}:`;
    this.#suffix = versionSuffix(version);
    this.#commonTags = [EVERYTHING, namespaceTagName(namespace)].map((tag) =>
      this.#tiers.pinnedTag(tag),
    );
    this.index = this.#tiers.local.index(namespace);
    const encryption = encrypt === true ? surroundings.encryptionKeys : undefined;
    const { compressAboveBytes } = this.policy;
    this.#codec = new EntryCodec({ name, schema, encryption, compressAboveBytes });
  }

  get declaredTtlMs(): number {
    return this.#definition.ttlMs;
  }

  get ttlMs(): number {
    return this.#ttlOverrideMs ?? this.#definition.ttlMs;
  }

  overrideTtl(ttlMs: number | undefined): void {
    this.#ttlOverrideMs = ttlMs;
  }

  /** The part after the namespace. */
  key(params: Params): string {
    const key = this.#definition.key(params);
    return this.#suffix === '' ? key : key + this.#suffix;
  }

  slot(key: string, params: Params): Slot {
    return this.#tiers.slot(this.#stem + key, this.#tagsOf(params));
  }

  /** What the process keeps, past its end or not, unless it may have been invalidated unheard. */
  localAnyway(key: string): Found<Value> | undefined {
    const { strict = false } = this.#definition;
    if (performance.now() >= this.#tiers.servesLocalUntilMs(strict)) return undefined;
    const held = this.#tiers.local.get(this.index, key);
    return held && this.#foundLocally(held);
  }

  /** What the store has, taken into the process; in the order of `places`. */
  async read(places: readonly Place[]): Promise<readonly Reading<Value>[]> {
    const slots = places.map(({ slot }) => slot);
    const stored = await this.#tiers.read(slots);
    if (stored === undefined) return places.map(() => UNREAD);
    const readings: Reading<Value>[] = [];
    const doubtful: number[] = [];
    for (let i = 0; i < places.length; i += 1) {
      const place = places[i] as Place;
      const entry = stored[i] as StoredEntry;
      const found = this.#decode(place.key, place.slot, entry);
      if (found === 'doubtful') doubtful.push(i);
      readings.push({ stored: entry, found: typeof found === 'object' ? found : undefined });
    }
    if (doubtful.length > 0) await this.#readAgain(places, doubtful, readings);
    return readings;
  }

  /** What an entry of the store holds, taken into the process; undefined: nothing of use. */
  take(key: string, slot: Slot, stored: StoredEntry): Found<Value> | undefined {
    const found = this.#decode(key, slot, stored);
    return typeof found === 'object' ? found : undefined;
  }

  /**
   * What becomes of a value that came from its source.
   * @param goodForMs as its source said
   * @throws AppError `cache.not_serializable` (internal)
   */
  prepare(loaded: Value | undefined, goodForMs = Infinity): Prepared<Value> {
    if (loaded === undefined) {
      const freshMs = this.#jittered(Math.min(this.#negativeTtlMs, goodForMs));
      return { value: undefined, bytes: 0, freshMs };
    }
    const readable = this.#codec.readable(loaded);
    if (readable === undefined) {
      this.#counters.misshapen();
      return { value: loaded, bytes: 0, freshMs: 0 };
    }
    const ownMs = this.#definition.ttlMsOf?.(readable.value) ?? Infinity;
    return { ...readable, freshMs: this.#jittered(Math.min(this.ttlMs, ownMs, goodForMs)) };
  }

  /** Keeps it in the process, unless it was invalidated since the slot was taken. */
  keepHere(
    key: string,
    slot: Slot,
    { value, bytes, freshMs }: Prepared<Value>,
    writtenAtMs: number,
  ): void {
    if (freshMs > 0) this.#keepHere(key, slot, value, bytes, { freshMs, writtenAtMs });
  }

  /**
   * What the store is to keep of it; undefined: nothing.
   * @param versions of its tags, from before the source was asked
   * @throws AppError `cache.not_serializable` (internal)
   */
  entry(
    slot: Slot,
    { value, freshMs }: Prepared<Value>,
    versions: string,
    writtenAtMs: number,
  ): NewEntry | undefined {
    if (freshMs < 1 || !areComplete(versions, slot.tags.length)) return undefined;
    const times = { freshUntilMs: this.#clock.nowMs() + freshMs, writtenAtMs };
    const valueText = value === undefined ? undefined : this.#codec.stringify(value);
    const text = this.#codec.encode(slot.name, valueText, times, versions);
    return { name: slot.name, text, ttlMs: freshMs + this.#graceMs(value) };
  }

  /** Whether it is time to load a fresh value anew. */
  isOld({ writtenAtMs }: StoredTimes): boolean {
    return this.#clock.nowMs() - writtenAtMs > this.policy.refreshAfterMs;
  }

  /** How long it is fresh yet. */
  freshMs({ freshUntilMs }: StoredTimes): number {
    return freshUntilMs - this.#clock.nowMs();
  }

  /** Perhaps it is not the entries that are old, but what is known of their tags: once more, in one round trip. */
  async #readAgain(
    places: readonly Place[],
    doubtful: readonly number[],
    readings: Reading<Value>[],
  ): Promise<void> {
    const again = doubtful.map((i) => places[i] as Place);
    const stored = await this.#tiers.reread(again.map(({ slot }) => slot));
    for (const [n, i] of doubtful.entries()) {
      const { key, slot } = again[n] as Place;
      const entry = stored?.[n];
      readings[i] = { stored: entry, found: entry && this.take(key, slot, entry) };
    }
  }

  #tagsOf(params: Params): readonly Tag[] {
    const declared = this.#definition.tags?.(params);
    if (declared === undefined || declared.length === 0) return this.#commonTags;
    // Looked up anew each time: a tag that the table forgot must not be held on to.
    return [...this.#commonTags, ...declared.map((tag) => this.#tiers.tag(tagName(tag)))];
  }

  get #negativeTtlMs(): number {
    return this.#definition.negativeTtlMs ?? 0;
  }

  #keepHere(
    key: string,
    slot: Slot,
    value: Value | undefined,
    bytes: number,
    { freshMs, writtenAtMs }: { readonly freshMs: number; readonly writtenAtMs: number },
  ): void {
    const keptMs = freshMs + this.#graceMs(value);
    if (keptMs <= 0 || !this.#tiers.isCurrent(slot)) return;
    const nowMs = performance.now();
    this.#tiers.local.put(this.index, key, {
      value,
      answer: undefined,
      freshUntilMs: nowMs + freshMs,
      keptUntilMs: nowMs + keptMs,
      writtenAtMs,
      tags: slot.tags,
      since: slot.since,
      bytes,
      usage: this.#counters.local,
    });
  }

  /** Only a value can step in for a failing source. */
  #graceMs(value: Value | undefined): number {
    return value === undefined ? 0 : this.policy.graceMs;
  }

  #foundLocally(held: LocalValue): Found<Value> | undefined {
    const nowMs = performance.now();
    if (nowMs >= held.keptUntilMs) return undefined;
    return {
      value: held.value as Value | undefined,
      isFresh: nowMs < held.freshUntilMs,
      writtenAtMs: held.writtenAtMs,
      freshUntilMs: this.#clock.nowMs() + held.freshUntilMs - nowMs,
    };
  }

  #decode(
    key: string,
    slot: Slot,
    stored: StoredEntry,
  ): Found<Value> | 'outdated' | 'doubtful' | undefined {
    if (stored.text === null) return undefined;
    const entry = this.#codec.decode(slot.name, stored.text);
    if (entry === undefined) {
      this.#counters.unreadable += 1;
      return undefined;
    }
    if (entry.versions !== stored.versions) {
      return isOutdated(slot.tags, entry.versions, stored) ? 'outdated' : 'doubtful';
    }
    const { value, writtenAtMs } = entry;
    // The writer's clock may differ from ours: trusted to shorten an entry's life here, never to prolong it.
    const freshMs = Math.min(
      this.freshMs(entry),
      value === undefined ? this.#negativeTtlMs : this.ttlMs,
    );
    if (this.#tiers.local.admits(key)) {
      this.#keepHere(key, slot, value, stored.text.length, { freshMs, writtenAtMs });
    }
    return { value, writtenAtMs, freshUntilMs: entry.freshUntilMs, isFresh: freshMs > 0 };
  }

  /** Whole milliseconds; below 1: not to be kept. */
  #jittered(ttlMs: number): number {
    if (!(ttlMs >= 1)) return 0;
    return Math.max(1, Math.floor(ttlMs * (1 - this.policy.jitter * this.#random())));
  }
}
