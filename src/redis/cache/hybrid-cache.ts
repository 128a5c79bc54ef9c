import type { Clock } from '../../kernel/clock.js';
import type { Cache, CacheEvent, CacheStatistics, Load, LoadMany, ReadOptions } from './cache.js';
import { CacheCounters } from './cache-counters.js';
import type { CacheDefinition } from './cache-definition.js';
import { CacheEntries, type CacheSurroundings } from './cache-entries.js';
import { EntryReader } from './entry-reader.js';
import type { OperatedCache } from './cache-registry.js';
import type { CacheTiers } from './cache-tiers.js';
import { CacheWriter } from './cache-writer.js';
import type { HotKeys } from './hot-keys.js';
import { FleetLoader } from './loading/fleet-loader.js';
import { Search, single } from './loading/search.js';
import type { LocalIndex, LocalTier, LocalValue } from './local/local-tier.js';
import { Slot } from './slot.js';

export interface HybridSurroundings extends CacheSurroundings {
  readonly clock: Clock;
  readonly hotKeys: HotKeys;
  readonly emit: (event: CacheEvent) => void;
}

/** What the process can answer of a batch, and where the rest stands: in the store, and in the batch. */
class Split<Value> {
  constructor(
    readonly values: (Value | undefined)[],
    readonly slots: readonly Slot[],
    readonly places: Uint32Array,
  ) {}
}

/** One declared cache over both tiers. */
export class HybridCache<Params, Value> implements Cache<Params, Value>, OperatedCache {
  readonly #tiers: CacheTiers;
  readonly #local: LocalTier;
  readonly #index: LocalIndex;
  readonly #strict: boolean;
  readonly #refreshes: boolean;
  readonly #hotKeys: HotKeys;
  readonly #entries: CacheEntries<Params, Value>;
  readonly #counters: CacheCounters;
  readonly #search: Search<Params, Value>;
  readonly #writer: CacheWriter<Params, Value>;

  constructor(definition: CacheDefinition<Params, Value>, surroundings: HybridSurroundings) {
    const { name, namespace, strict = false, refreshAfterMs } = definition;
    const { tiers, clock, hotKeys, emit } = surroundings;
    const counters = new CacheCounters(name, namespace, emit);
    const entries = new CacheEntries(definition, surroundings, counters);
    const reader = new EntryReader(entries, tiers, counters, clock);
    const loader = new FleetLoader(entries, reader, tiers, counters, clock);
    this.#tiers = tiers;
    this.#local = tiers.local;
    this.#index = entries.index;
    this.#strict = strict;
    this.#refreshes = refreshAfterMs !== undefined;
    this.#hotKeys = hotKeys;
    this.#entries = entries;
    this.#counters = counters;
    this.#search = new Search(entries, reader, tiers, counters, loader, hotKeys);
    this.#writer = new CacheWriter(entries, tiers, loader, clock);
  }

  statistics(): CacheStatistics {
    return this.#counters.statistics(this.#entries);
  }

  get newTtlMs(): number {
    return this.#entries.ttlMs;
  }

  overrideTtl(ttlMs: number | undefined): void {
    this.#entries.overrideTtl(ttlMs);
  }

  // These three are not `async`, for a hit hands out a promise that is there; what throws must reject all the same.

  get(params: Params): Promise<Value | undefined> {
    try {
      const key = this.#entries.key(params);
      const held = this.#findLocal(key);
      if (held !== undefined) return answerOf<Value | undefined>(held);
      return this.#search.stored(this.#entries.slot(key, params)).then((found) => found?.value);
    } catch (error) {
      return rejected(error);
    }
  }

  async getMany(params: readonly Params[]): Promise<(Value | undefined)[]> {
    const { values, slots, places } = this.#split(params);
    if (slots.length === 0) return values;
    await this.#search.storedMany(slots, (at, value) => {
      values[places[at] as number] = value;
    });
    return values;
  }

  async exists(params: Params): Promise<boolean> {
    return (await this.#look(params)) !== undefined;
  }

  async ttlMs(params: Params): Promise<number | undefined> {
    const found = await this.#look(params);
    return found && found.leftMs;
  }

  getOrSet(params: Params, load: Load<Value>, options?: ReadOptions): Promise<Value> {
    try {
      const key = this.#entries.key(params);
      const held = this.#hit(key, params, load);
      // A remembered "nothing" is no answer here: this source always has something.
      if (held !== undefined && held.value !== undefined) return answerOf<Value>(held);
      return this.#search.one(key, params, load, true, options) as Promise<Value>;
    } catch (error) {
      return rejected(error);
    }
  }

  getOrSetOptional(
    params: Params,
    load: Load<Value | undefined>,
    options?: ReadOptions,
  ): Promise<Value | undefined> {
    try {
      const key = this.#entries.key(params);
      const held = this.#hit(key, params, load);
      if (held !== undefined) return answerOf<Value | undefined>(held);
      return this.#search.one(key, params, load, false, options);
    } catch (error) {
      return rejected(error);
    }
  }

  async getOrSetMany(
    params: readonly Params[],
    load: LoadMany<Params, Value>,
    options?: ReadOptions,
  ): Promise<(Value | undefined)[]> {
    const { values, slots, places } = this.#split(params, load);
    if (slots.length === 0) return values;
    await this.#search.many(
      slots,
      (at) => params[places[at] as number] as Params,
      load,
      (at, value) => {
        values[places[at] as number] = value;
      },
      options,
    );
    return values;
  }

  set(params: Params, value: Value): Promise<void> {
    return this.setMany([[params, value]]);
  }

  setMany(entries: readonly (readonly [Params, Value])[]): Promise<void> {
    return this.#writer.set(entries);
  }

  refresh(
    params: readonly Params[],
    load: () => Promise<readonly (Value | undefined)[]>,
  ): Promise<void> {
    return this.#writer.refresh(params, load);
  }

  delete(params: Params): Promise<void> {
    return this.deleteMany([params]);
  }

  deleteMany(params: readonly Params[]): Promise<void> {
    return this.#writer.delete(params);
  }

  /** A local value that may be served at this moment. */
  #findLocal(key: string): LocalValue | undefined {
    const held = this.#local.get(this.#index, key);
    if (held === undefined) return undefined;
    const nowMs = performance.now();
    if (nowMs >= held.freshUntilMs || nowMs >= this.#tiers.servesLocalUntilMs(this.#strict)) {
      return undefined;
    }
    this.#counters.localHits += 1;
    this.#hotKeys.count(this.#entries.name, key);
    return held;
  }

  /** {@link #findLocal}, and loaded anew behind the answer once it is old. */
  #hit(key: string, params: Params, load: Load<Value | undefined>): LocalValue | undefined {
    const held = this.#findLocal(key);
    if (held !== undefined) this.#refreshIfOld(held, key, params, load);
    return held;
  }

  #split(params: readonly Params[], load?: LoadMany<Params, Value>): Split<Value> {
    const looked = params.map((one) => {
      const key = this.#entries.key(one);
      const held = this.#findLocal(key);
      if (held === undefined) return this.#entries.slot(key, one);
      if (load !== undefined) this.#refreshIfOld(held, key, one, single(load, one));
      return held;
    });
    const slots = looked.filter((one) => one instanceof Slot);
    const places = new Uint32Array(slots.length);
    let next = 0;
    const values = looked.map((one, at) => {
      if (!(one instanceof Slot)) return one.value as Value | undefined;
      places[next] = at;
      next += 1;
      return undefined;
    });
    return new Split(values, slots, places);
  }

  #refreshIfOld(
    held: LocalValue,
    key: string,
    params: Params,
    load: Load<Value | undefined>,
  ): void {
    if (this.#refreshes && this.#entries.isOld(held)) this.#search.behind(key, params, load);
  }

  async #look(params: Params): Promise<{ readonly leftMs: number } | undefined> {
    const key = this.#entries.key(params);
    const held = this.#findLocal(key);
    if (held !== undefined) return { leftMs: held.freshUntilMs - performance.now() };
    const found = await this.#search.stored(this.#entries.slot(key, params));
    return found && { leftMs: this.#entries.freshMs(found) };
  }
}

function answerOf<T>(held: LocalValue): Promise<T> {
  held.answer ??= Promise.resolve(held.value);
  return held.answer as Promise<T>;
}

function rejected(error: unknown): Promise<never> {
  return Promise.reject(error instanceof Error ? error : new Error(String(error)));
}
