import type { Clock } from '../../kernel/clock.js';
import type { KeyRing } from '../../kernel/secret-box.js';
import type { CacheCounters } from './cache-counters.js';
import { policyOf, type CacheDefinition, type CachePolicy } from './cache-definition.js';
import type { CacheTiers } from './cache-tiers.js';
import type { Slot } from './slot.js';
import type { LocalIndex, LocalValue } from './local/local-tier.js';
import { EVERYTHING, namespaceTagName, tagName, type Tag } from './local/tag-table.js';
import type { NewEntry } from './store/cache-store.js';
import { EntryCodec } from './store/entry-codec.js';
import type { StoredTimes } from './store/entry-head.js';
import { areComplete } from './store/tag-versions.js';
import { versionSuffix } from './versioned-key.js';

/** What all caches of a process have in common. */
export interface CacheSurroundings {
  readonly tiers: CacheTiers;
  readonly clock: Clock;
  readonly encryptionKeys: KeyRing;
  readonly random: () => number;
}

/** A value that was found, be it past its end. */
export class Found<Value> implements StoredTimes {
  constructor(
    readonly value: Value | undefined,
    readonly writtenAtMs: number,
    readonly freshUntilMs: number,
    readonly isFresh: boolean,
  ) {}
}

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
  readonly codec: EntryCodec<Value>;
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
    this.codec = new EntryCodec({ name, schema, encryption, compressAboveBytes });
  }

  get declaredTtlMs(): number {
    return this.#definition.ttlMs;
  }

  get ttlMs(): number {
    return this.#ttlOverrideMs ?? this.#definition.ttlMs;
  }

  get negativeTtlMs(): number {
    return this.#definition.negativeTtlMs ?? 0;
  }

  overrideTtl(ttlMs: number | undefined): void {
    this.#ttlOverrideMs = ttlMs;
  }

  /** The part after the namespace. */
  key(params: Params): string {
    const key = this.#definition.key(params);
    return this.#suffix === '' ? key : key + this.#suffix;
  }

  /** @param key of `params` */
  slot(key: string, params: Params): Slot {
    return this.#tiers.slot(key, this.#stem + key, this.#tagsOf(params));
  }

  /** What the process keeps, past its end or not, unless it may have been invalidated unheard. */
  localAnyway(key: string): Found<Value> | undefined {
    const { strict = false } = this.#definition;
    if (performance.now() >= this.#tiers.servesLocalUntilMs(strict)) return undefined;
    const held = this.#tiers.local.get(this.index, key);
    return held && this.#foundLocally(held);
  }

  /**
   * What becomes of a value that came from its source.
   * @param goodForMs as its source said
   * @throws AppError `cache.not_serializable` (internal)
   */
  prepare(loaded: Value | undefined, goodForMs = Infinity): Prepared<Value> {
    if (loaded === undefined) {
      const freshMs = this.#jittered(Math.min(this.negativeTtlMs, goodForMs));
      return { value: undefined, bytes: 0, freshMs };
    }
    const readable = this.codec.readable(loaded);
    if (readable === undefined) {
      this.#counters.misshapen();
      return { value: loaded, bytes: 0, freshMs: 0 };
    }
    const ownMs = this.#definition.ttlMsOf?.(readable.value) ?? Infinity;
    return { ...readable, freshMs: this.#jittered(Math.min(this.ttlMs, ownMs, goodForMs)) };
  }

  /** Keeps what came from its source in the process, unless it was invalidated since the slot was taken. */
  keepHere(slot: Slot, { value, bytes, freshMs }: Prepared<Value>, writtenAtMs: number): void {
    if (freshMs > 0) this.#keepHere(slot, value, bytes, { freshMs, writtenAtMs });
  }

  /** {@link keepHere} for what came from the store, if it is worth a place. */
  keepStored(
    slot: Slot,
    { value, writtenAtMs }: Found<Value>,
    text: string,
    freshMs: number,
  ): void {
    if (!this.#tiers.local.admits(slot.key)) return;
    const bytes = this.codec.sizeOf(value, text);
    this.#keepHere(slot, value, bytes, { freshMs, writtenAtMs });
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
    const valueText = value === undefined ? undefined : this.codec.stringify(value);
    const text = this.codec.encode(slot.name, valueText, times, versions);
    return { name: slot.name, text, ttlMs: freshMs + this.#graceMs(value) };
  }

  /** Whether it is time to load a fresh value anew. */
  isOld({ writtenAtMs }: StoredTimes): boolean {
    const { refreshAfterMs } = this.policy;
    return refreshAfterMs < Infinity && this.#clock.nowMs() - writtenAtMs > refreshAfterMs;
  }

  /** How long it is fresh yet. */
  freshMs({ freshUntilMs }: StoredTimes): number {
    return freshUntilMs - this.#clock.nowMs();
  }

  #tagsOf(params: Params): readonly Tag[] {
    const declared = this.#definition.tags?.(params);
    if (declared === undefined || declared.length === 0) return this.#commonTags;
    // Looked up anew each time: a tag that the table forgot must not be held on to.
    return [...this.#commonTags, ...declared.map((tag) => this.#tiers.tag(tagName(tag)))];
  }

  #keepHere(
    slot: Slot,
    value: Value | undefined,
    bytes: number,
    { freshMs, writtenAtMs }: { readonly freshMs: number; readonly writtenAtMs: number },
  ): void {
    const keptMs = freshMs + this.#graceMs(value);
    if (keptMs <= 0 || !this.#tiers.isCurrent(slot)) return;
    const nowMs = performance.now();
    this.#tiers.local.put(this.index, slot.key, {
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
    return new Found(
      held.value as Value | undefined,
      held.writtenAtMs,
      this.#clock.nowMs() + held.freshUntilMs - nowMs,
      nowMs < held.freshUntilMs,
    );
  }

  /** Whole milliseconds; below 1: not to be kept. */
  #jittered(ttlMs: number): number {
    if (!(ttlMs >= 1)) return 0;
    return Math.max(1, Math.floor(ttlMs * (1 - this.policy.jitter * this.#random())));
  }
}
