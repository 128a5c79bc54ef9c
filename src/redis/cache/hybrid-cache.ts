import { Logger } from '@nestjs/common';
import type { Clock } from '../../kernel/clock.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import type { Cache } from './cache.js';
import type { CacheDefinition } from './cache-definition.js';
import type { StoredEntry } from './cache-store.js';
import type { CacheTiers } from './cache-tiers.js';
import { EntryCodec, type DecodedEntry } from './entry-codec.js';
import type { Slot } from './local-tier.js';
import { SingleFlight } from './single-flight.js';
import { tagKey } from './tag-key.js';

/** One declared cache over both tiers. */
export class HybridCache<Params, Value> implements Cache<Params, Value> {
  readonly #logger = new Logger('Cache');
  readonly #definition: CacheDefinition<Params, Value>;
  readonly #tiers: CacheTiers;
  readonly #keys: KeyBuilder;
  readonly #clock: Clock;
  readonly #codec: EntryCodec<Value>;
  readonly #loads = new SingleFlight<Value>();
  readonly #optionalLoads = new SingleFlight<Value | undefined>();

  constructor(
    definition: CacheDefinition<Params, Value>,
    tiers: CacheTiers,
    keys: KeyBuilder,
    clock: Clock,
  ) {
    this.#definition = definition;
    this.#tiers = tiers;
    this.#keys = keys;
    this.#clock = clock;
    this.#codec = new EntryCodec(definition.name, definition.schema);
  }

  async get(params: Params): Promise<Value | undefined> {
    const key = this.#key(params);
    const local = this.#tiers.getLocal(key);
    if (local !== undefined) return local.value as Value | undefined;
    const slot = this.#slot(key, params);
    return this.#decode(slot, await this.#tiers.read(slot))?.value;
  }

  async getOrSet(params: Params, load: () => Promise<Value>): Promise<Value> {
    const key = this.#key(params);
    const local = this.#tiers.getLocal(key)?.value as Value | undefined;
    if (local !== undefined) return local;
    const slot = this.#slot(key, params);
    const fetch = async (): Promise<Value> => {
      const stored = await this.#tiers.read(slot);
      // A remembered "nothing" is no answer here: this source always has something.
      const found = this.#decode(slot, stored)?.value;
      if (found !== undefined) return found;
      const tagVersions = await this.#tagVersions(slot, stored);
      return this.#keepValue(slot, await load(), tagVersions).value;
    };
    return this.#loads.run(key, fetch, () => this.#tiers.isCurrent(slot));
  }

  async getOrSetOptional(
    params: Params,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    const key = this.#key(params);
    const local = this.#tiers.getLocal(key);
    if (local !== undefined) return local.value as Value | undefined;
    const slot = this.#slot(key, params);
    const fetch = async (): Promise<Value | undefined> => {
      const stored = await this.#tiers.read(slot);
      const found = this.#decode(slot, stored);
      if (found !== undefined) return found.value;
      const tagVersions = await this.#tagVersions(slot, stored);
      const loaded = await load();
      if (loaded !== undefined) return this.#keepValue(slot, loaded, tagVersions).value;
      this.#keepNothing(slot, tagVersions);
      return undefined;
    };
    return this.#optionalLoads.run(key, fetch, () => this.#tiers.isCurrent(slot));
  }

  async set(params: Params, value: Value): Promise<void> {
    const key = this.#key(params);
    // Loads under way began before this value was known: they must not overwrite it.
    this.#tiers.dropHere([key]);
    const slot = this.#slot(key, params);
    const tagVersions = await this.#tiers.tagVersions(slot, this.#definition.ttlMs);
    await this.#keepValue(slot, value, tagVersions).written;
    await this.#tiers.tellOthers([key]);
  }

  async getOrSetMany(
    params: readonly Params[],
    load: (missing: readonly Params[]) => Promise<readonly (Value | undefined)[]>,
  ): Promise<(Value | undefined)[]> {
    const found = await Promise.all(params.map((one) => this.get(one)));
    const missing = params.filter((_, i) => found[i] === undefined);
    if (missing.length === 0) return found;
    const loaded = await load(missing);
    await Promise.all(
      missing.map(async (one, i) => {
        const value = loaded[i];
        if (value !== undefined) await this.set(one, value);
      }),
    );
    const rest = loaded[Symbol.iterator]();
    return found.map((value) => value ?? rest.next().value);
  }

  async delete(params: Params): Promise<void> {
    await this.#tiers.drop([this.#key(params)]);
  }

  #decode(slot: Slot, stored: StoredEntry | undefined): DecodedEntry<Value> | undefined {
    const entry = stored && this.#codec.decode(stored);
    if (entry === undefined) return undefined;
    const ttlMs =
      entry.value === undefined ? this.#definition.negativeTtlMs : this.#definition.ttlMs;
    // The writer's clock may differ from ours: trusted to shorten an entry's life here, never to
    // prolong it.
    this.#tiers.putLocal(
      slot,
      entry.value,
      Math.min(entry.expiresAtMs - this.#clock.nowMs(), ttlMs ?? 0),
    );
    return entry;
  }

  /** @returns what readers get; `written` settles when the store has it, or could not take it. */
  #keepValue(
    slot: Slot,
    loaded: Value,
    tagVersions: readonly string[] | undefined,
  ): { readonly value: Value; readonly written: Promise<void> } {
    const text = this.#codec.stringify(loaded);
    const checked = this.#codec.readBack(text);
    if (checked === undefined) {
      this.#logger.error(
        `${this.#definition.name}: a value breaks the cache's own schema; not cached`,
      );
      return { value: loaded, written: this.#tiers.drop([slot.key]) };
    }
    const written = this.#keep(slot, checked.value, text, this.#definition.ttlMs, tagVersions);
    return { value: checked.value, written };
  }

  #keepNothing(slot: Slot, tagVersions: readonly string[] | undefined): void {
    const { negativeTtlMs } = this.#definition;
    if (negativeTtlMs !== undefined)
      void this.#keep(slot, undefined, undefined, negativeTtlMs, tagVersions);
  }

  async #keep(
    slot: Slot,
    value: Value | undefined,
    text: string | undefined,
    ttlMs: number,
    tagVersions: readonly string[] | undefined,
  ): Promise<void> {
    this.#tiers.putLocal(slot, value, ttlMs);
    // Without the versions from before the load nobody could tell later whether a tag was dropped
    // meanwhile.
    if (tagVersions === undefined) return;
    const entry = this.#codec.encode(text, this.#clock.nowMs() + ttlMs, tagVersions);
    await this.#tiers.write(slot, entry, ttlMs);
  }

  /**
   * Those that came with the read, completed where a tag had none; undefined when the store was not
   * to be asked.
   */
  async #tagVersions(
    slot: Slot,
    stored: StoredEntry | undefined,
  ): Promise<readonly string[] | undefined> {
    const known = stored?.tagVersions.filter((version) => version !== undefined);
    if (known === undefined || known.length === slot.tagKeys.length) return known;
    return this.#tiers.tagVersions(slot, this.#definition.ttlMs);
  }

  #key(params: Params): string {
    return this.#keys.key('cache', this.#definition.namespace, this.#definition.key(params));
  }

  #slot(key: string, params: Params): Slot {
    const tags = this.#definition.tags?.(params) ?? [];
    return this.#tiers.slot(
      key,
      tags.map((tag) => tagKey(this.#keys, tag)),
    );
  }
}
