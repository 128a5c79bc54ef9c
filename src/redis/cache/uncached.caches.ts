import {
  Caches,
  type Cache,
  type CacheEvent,
  type CacheLink,
  type CacheStatistics,
  type HotKey,
  type Load,
  type LoadContext,
  type LoadMany,
  type ReadOptions,
} from './cache.js';
import type { CacheDefinition } from './cache-definition.js';
import { CacheCounters } from './cache-counters.js';
import { CacheEvents } from './cache-events.js';
import { CacheRegistry, type OperatedCache } from './cache-registry.js';
import { EntryCodec } from './store/entry-codec.js';

/** `CACHE_ENABLED=false`: every read goes to its source. */
export class UncachedCaches extends Caches {
  readonly #registry = new CacheRegistry();
  readonly #events = new CacheEvents();

  override use<Params, Value>(definition: CacheDefinition<Params, Value>): Cache<Params, Value> {
    return this.#registry.getOrCreate(definition, () => new NoCache(definition, this.#events.emit));
  }

  override statistics(): readonly CacheStatistics[] {
    return this.#registry.statistics();
  }

  override hotKeys(): readonly HotKey[] {
    return [];
  }

  override link(): CacheLink {
    return { state: 'alone', owedInvalidations: 0, gaps: 0, resets: 0, errors: 0 };
  }

  override async invalidateTags(): Promise<void> {}
  override async invalidateNamespace(): Promise<void> {}
  override async invalidateAll(): Promise<void> {}

  override async invalidatePattern(): Promise<number> {
    return 0;
  }

  override overrideTtl(name: string, ttlMs: number | undefined): void {
    this.#registry.overrideTtl(name, ttlMs);
  }

  override newTtlMs(name: string): number {
    return this.#registry.newTtlMs(name);
  }

  override onEvent(listener: (event: CacheEvent) => void): () => void {
    return this.#events.on(listener);
  }
}

/** Values are copied as JSON all the same: what works without a cache must work with one. */
class NoCache<Params, Value> implements Cache<Params, Value>, OperatedCache {
  readonly #definition: CacheDefinition<Params, Value>;
  readonly #codec: EntryCodec<Value>;
  readonly #counters: CacheCounters;
  #ttlOverrideMs: number | undefined;

  constructor(definition: CacheDefinition<Params, Value>, emit: (event: CacheEvent) => void) {
    const { name, namespace, schema } = definition;
    this.#definition = definition;
    this.#codec = new EntryCodec({
      ...{ name, schema, encryption: undefined },
      compressAboveBytes: Infinity,
    });
    this.#counters = new CacheCounters(name, namespace, emit);
  }

  statistics(): CacheStatistics {
    const { ttlMs: declaredTtlMs } = this.#definition;
    return this.#counters.statistics({ declaredTtlMs, ttlMs: this.newTtlMs });
  }

  get newTtlMs(): number {
    return this.#ttlOverrideMs ?? this.#definition.ttlMs;
  }

  overrideTtl(ttlMs: number | undefined): void {
    this.#ttlOverrideMs = ttlMs;
  }

  async get(): Promise<undefined> {}

  async getMany(params: readonly Params[]): Promise<undefined[]> {
    return params.map(() => undefined);
  }

  async exists(): Promise<boolean> {
    return false;
  }

  async ttlMs(): Promise<undefined> {}

  async getOrSet(_: Params, load: Load<Value>, options?: ReadOptions): Promise<Value> {
    return this.#readBack(await this.#load(load, options));
  }

  async getOrSetOptional(
    _: Params,
    load: Load<Value | undefined>,
    options?: ReadOptions,
  ): Promise<Value | undefined> {
    const loaded = await this.#load(load, options);
    return loaded === undefined ? undefined : this.#readBack(loaded);
  }

  async getOrSetMany(
    params: readonly Params[],
    load: LoadMany<Params, Value>,
    options?: ReadOptions,
  ): Promise<(Value | undefined)[]> {
    const once = new Map(params.map((one) => [this.#definition.key(one), one]));
    if (once.size === 0) return [];
    const loaded = await this.#load((context) => load([...once.values()], context), options);
    const values = new Map([...once.keys()].map((key, i) => [key, loaded[i]]));
    return params.map((one) => {
      const value = values.get(this.#definition.key(one));
      return value === undefined ? undefined : this.#readBack(value);
    });
  }

  async set(): Promise<void> {}
  async setMany(): Promise<void> {}
  async delete(): Promise<void> {}
  async deleteMany(): Promise<void> {}

  async refresh(
    _params: readonly Params[],
    load: () => Promise<readonly (Value | undefined)[]>,
  ): Promise<void> {
    await this.#counters.load(load);
  }

  #load<T>(load: (context: LoadContext) => Promise<T>, options?: ReadOptions): Promise<T> {
    this.#counters.misses += 1;
    const signal = options?.signal ?? new AbortController().signal;
    return this.#counters.load(() => load({ signal, setTtlMs: () => undefined }));
  }

  #readBack(value: Value): Value {
    return (this.#codec.readable(value) ?? { value }).value;
  }
}
