import type { Clock } from '../../kernel/clock.js';
import type { Cache, CacheEvent, CacheStatistics, Load, LoadMany, ReadOptions } from './cache.js';
import { CacheCounters } from './cache-counters.js';
import type { CacheDefinition } from './cache-definition.js';
import { CacheEntries, type CacheSurroundings } from './cache-entries.js';
import type { OperatedCache } from './cache-registry.js';
import type { CacheTiers } from './cache-tiers.js';
import { CacheWriter } from './cache-writer.js';
import type { HotKeys } from './hot-keys.js';
import { FleetLoader } from './loading/fleet-loader.js';
import { Search, single } from './loading/search.js';
import type { LocalIndex, LocalTier, LocalValue } from './local/local-tier.js';

export interface HybridSurroundings extends CacheSurroundings {
  readonly clock: Clock;
  readonly hotKeys: HotKeys;
  readonly emit: (event: CacheEvent) => void;
}

/** One of a batch that the process itself cannot answer, and its place in it. */
interface Missing<Params> {
  readonly params: Params;
  readonly key: string;
  readonly at: number;
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
    const loader = new FleetLoader(entries, tiers, counters, clock);
    this.#tiers = tiers;
    this.#local = tiers.local;
    this.#index = entries.index;
    this.#strict = strict;
    this.#refreshes = refreshAfterMs !== undefined;
    this.#hotKeys = hotKeys;
    this.#entries = entries;
    this.#counters = counters;
    this.#search = new Search(entries, tiers, counters, loader, hotKeys);
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
      return this.#search.stored(key, params).then((found) => found?.value);
    } catch (error) {
      return rejected(error);
    }
  }

  async getMany(params: readonly Params[]): Promise<(Value | undefined)[]> {
    const { values, missing } = this.#split(params);
    const found = await this.#search.storedMany(missing);
    for (const [i, { at }] of missing.entries()) values[at] = found[i]?.value;
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
    const { values, missing } = this.#split(params, load);
    if (missing.length === 0) return values;
    const found = await this.#search.many(missing, load, options);
    for (const [i, { at }] of missing.entries()) values[at] = found[i];
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

  /** What the process can answer of a batch, and what it cannot. */
  #split(
    params: readonly Params[],
    load?: LoadMany<Params, Value>,
  ): { values: (Value | undefined)[]; missing: Missing<Params>[] } {
    const values: (Value | undefined)[] = [];
    const missing: Missing<Params>[] = [];
    for (const [at, one] of params.entries()) {
      const key = this.#entries.key(one);
      const held = this.#findLocal(key);
      values.push(held?.value as Value | undefined);
      if (held === undefined) missing.push({ params: one, key, at });
      else if (load !== undefined) this.#refreshIfOld(held, key, one, single(load, one));
    }
    return { values, missing };
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
    const found = await this.#search.stored(key, params);
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
