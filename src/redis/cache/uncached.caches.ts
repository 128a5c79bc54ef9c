import { Caches, type Cache, type CacheStatistics } from './cache.js';
import type { CacheDefinition } from './cache-definition.js';
import { CacheCounters } from './cache-counters.js';
import { CacheRegistry } from './cache-registry.js';
import { EntryCodec } from './entry-codec.js';

/** `CACHE_ENABLED=false`: every read goes to its source. */
export class UncachedCaches extends Caches {
  readonly #registry = new CacheRegistry();

  override use<Params, Value>(definition: CacheDefinition<Params, Value>): Cache<Params, Value> {
    return this.#registry.getOrCreate(definition, () => new NoCache(definition));
  }

  override statistics(): readonly CacheStatistics[] {
    return this.#registry.statistics();
  }

  override async invalidateTags(): Promise<void> {}
}

/** Values take the way through JSON all the same: what works without a cache must work with one. */
class NoCache<Params, Value> implements Cache<Params, Value> {
  readonly #definition: CacheDefinition<Params, Value>;
  readonly #codec: EntryCodec<Value>;
  readonly #counters: CacheCounters;

  constructor(definition: CacheDefinition<Params, Value>) {
    this.#definition = definition;
    this.#codec = new EntryCodec(definition.name, definition.schema);
    this.#counters = new CacheCounters(definition.name, definition.namespace);
  }

  statistics(): CacheStatistics {
    return this.#counters.statistics();
  }

  async get(): Promise<undefined> {}

  async getOrSet(_params: Params, load: () => Promise<Value>): Promise<Value> {
    return this.#readBack(await this.#load(load));
  }

  async getOrSetOptional(
    _params: Params,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    const loaded = await this.#load(load);
    return loaded === undefined ? undefined : this.#readBack(loaded);
  }

  async getOrSetMany(
    params: readonly Params[],
    load: (missing: readonly Params[]) => Promise<readonly (Value | undefined)[]>,
  ): Promise<(Value | undefined)[]> {
    const once = new Map(params.map((one) => [this.#definition.key(one), one]));
    if (once.size === 0) return [];
    const loaded = await this.#load(() => load([...once.values()]));
    const values = new Map([...once.keys()].map((key, i) => [key, loaded[i]]));
    return params.map((one) => {
      const value = values.get(this.#definition.key(one));
      return value === undefined ? undefined : this.#readBack(value);
    });
  }

  async set(): Promise<void> {}

  async refresh(
    _params: readonly Params[],
    load: () => Promise<readonly (Value | undefined)[]>,
  ): Promise<void> {
    await this.#counters.load(load);
  }

  async delete(): Promise<void> {}

  #load<T>(load: () => Promise<T>): Promise<T> {
    this.#counters.misses += 1;
    return this.#counters.load(load);
  }

  #readBack(value: Value): Value {
    return (this.#codec.readBack(this.#codec.stringify(value)) ?? { value }).value;
  }
}
