import { Caches, type Cache, type CacheStatistics } from './cache.js';
import type { CacheDefinition } from './cache-definition.js';
import { CacheRegistry } from './cache-registry.js';
import { EntryCodec } from './entry-codec.js';

/** `CACHE_ENABLED=false`: every read goes to its source. */
export class UncachedCaches extends Caches {
  readonly #registry = new CacheRegistry();

  override use<Params, Value>(definition: CacheDefinition<Params, Value>): Cache<Params, Value> {
    return this.#registry.getOrCreate(definition, () => new NoCache(definition));
  }

  override statistics(): readonly CacheStatistics[] {
    return [];
  }

  override async invalidateTags(): Promise<void> {}
}

/** Values take the way through JSON all the same: what works without a cache must work with one. */
class NoCache<Params, Value> implements Cache<Params, Value> {
  readonly #codec: EntryCodec<Value>;

  constructor(definition: CacheDefinition<Params, Value>) {
    this.#codec = new EntryCodec(definition.name, definition.schema);
  }

  async get(): Promise<undefined> {}

  async getOrSet(_params: Params, load: () => Promise<Value>): Promise<Value> {
    return this.#readBack(await load());
  }

  async getOrSetOptional(
    _params: Params,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    const loaded = await load();
    return loaded === undefined ? undefined : this.#readBack(loaded);
  }

  async set(): Promise<void> {}

  async getOrSetMany(
    params: readonly Params[],
    load: (missing: readonly Params[]) => Promise<readonly (Value | undefined)[]>,
  ): Promise<(Value | undefined)[]> {
    const loaded = await load(params);
    return loaded.map((value) => (value === undefined ? undefined : this.#readBack(value)));
  }

  async delete(): Promise<void> {}

  #readBack(value: Value): Value {
    return (this.#codec.readBack(this.#codec.stringify(value)) ?? { value }).value;
  }
}
