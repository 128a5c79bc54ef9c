import type { Clock } from '../../kernel/clock.js';
import type { Cache, CacheStatistics, Load, LoadMany, ReadOptions } from './cache.js';
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
    const { tiers, clock, hotKeys } = surroundings;
    const counters = new CacheCounters(name, namespace);
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

  overrideTtl(ttlMs: number | undefined): void {
    this.#entries.overrideTtl(ttlMs);
  }

  get(params: Params): Promise<Value | undefined> {
    const key = this.#entries.key(params);
    const held = this.#findLocal(key);
    if (held !== undefined) return held.answer as Promise<Value | undefined>;
    return this.#search.stored(key, params).then((found) => found?.value);
  }

  async getMany(params: readonly Params[]): Promise<(Value | undefined)[]> {
    return Promise.all(params.map((one) => this.get(one)));
  }

  async exists(params: Params): Promise<boolean> {
    return (await this.#look(params)) !== undefined;
  }

  async ttlMs(params: Params): Promise<number | undefined> {
    const found = await this.#look(params);
    return found && found.leftMs;
  }

  getOrSet(params: Params, load: Load<Value>, options?: ReadOptions): Promise<Value> {
    const key = this.#entries.key(params);
    const held = this.#hit(key, params, load);
    // A remembered "nothing" is no answer here: this source always has something.
    if (held !== undefined && held.value !== undefined) return held.answer as Promise<Value>;
    return this.#search.one(key, params, load, true, options) as Promise<Value>;
  }

  getOrSetOptional(
    params: Params,
    load: Load<Value | undefined>,
    options?: ReadOptions,
  ): Promise<Value | undefined> {
    const key = this.#entries.key(params);
    const held = this.#hit(key, params, load);
    if (held !== undefined) return held.answer as Promise<Value | undefined>;
    return this.#search.one(key, params, load, false, options);
  }

  getOrSetMany(
    params: readonly Params[],
    load: LoadMany<Params, Value>,
    options?: ReadOptions,
  ): Promise<(Value | undefined)[]> {
    const missing: { key: string; params: Params; at: number }[] = [];
    const answers = params.map((one, at) => {
      const key = this.#entries.key(one);
      const held = this.#hit(key, one, single(load, one));
      if (held === undefined) missing.push({ key, params: one, at });
      return held?.answer as Promise<Value | undefined>;
    });
    const found = this.#search.many(missing, load, options);
    for (const [i, { at }] of missing.entries()) {
      answers[at] = found[i] as Promise<Value | undefined>;
    }
    return Promise.all(answers);
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
    if (held !== undefined && this.#refreshes && this.#entries.isOld(held)) {
      this.#search.behind(key, params, load);
    }
    return held;
  }

  async #look(params: Params): Promise<{ readonly leftMs: number } | undefined> {
    const key = this.#entries.key(params);
    const held = this.#findLocal(key);
    if (held !== undefined) return { leftMs: held.freshUntilMs - performance.now() };
    const found = await this.#search.stored(key, params);
    return found && { leftMs: this.#entries.freshMs(found) };
  }
}
