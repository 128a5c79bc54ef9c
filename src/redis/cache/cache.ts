import type { CacheDefinition } from './cache-definition.js';

/** A declared cache, ready to use. `null`, `0`, `false` and `''` are values; `undefined` is "nothing there". */
export interface Cache<Params, Value> {
  get(params: Params): Promise<Value | undefined>;
  set(params: Params, value: Value): Promise<void>;
  /** The cached value, or what `load` answers, stored. Callers of the same key at the same time share one load. */
  getOrSet(params: Params, load: () => Promise<Value>): Promise<Value>;
  /** {@link getOrSet} for sources that may have nothing: an `undefined` is remembered for `negativeTtlMs`. */
  getOrSetOptional(
    params: Params,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined>;
  delete(params: Params): Promise<void>;
}

/** Where declared caches come from. A fault of Redis never reaches the caller: reads become misses, the local tier goes on. */
export abstract class Caches {
  abstract use<Params, Value>(definition: CacheDefinition<Params, Value>): Cache<Params, Value>;
  /** Drops every entry that carries one of the tags, on every instance. */
  abstract invalidateTags(tags: readonly string[]): Promise<void>;
}
