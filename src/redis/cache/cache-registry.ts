import { AppError } from '../../kernel/app-error.js';
import type { Cache, CacheStatistics } from './cache.js';
import { checkDefinition, type CacheDefinition } from './cache-definition.js';

/** A cache that knows what it did. */
interface CountedCache<Params, Value> extends Cache<Params, Value> {
  statistics(): CacheStatistics;
}

/** The caches in use, by name. */
export class CacheRegistry {
  readonly #caches = new Map<
    string,
    { readonly definition: object; readonly cache: object; statistics(): CacheStatistics }
  >();

  /** @throws AppError `cache.duplicate_name`, `cache.invalid_definition` */
  getOrCreate<Params, Value>(
    definition: CacheDefinition<Params, Value>,
    create: () => CountedCache<Params, Value>,
  ): Cache<Params, Value> {
    const known = this.#caches.get(definition.name);
    // One definition has one type of parameters and value, so its cache has them too.
    if (known?.definition === definition) return known.cache as Cache<Params, Value>;
    if (known !== undefined) {
      throw new AppError(
        'internal',
        'cache.duplicate_name',
        `two caches are named ${definition.name}`,
      );
    }
    checkDefinition(definition);
    const cache = create();
    this.#caches.set(definition.name, { definition, cache, statistics: () => cache.statistics() });
    return cache;
  }

  /** In the order of first use. */
  statistics(): CacheStatistics[] {
    return [...this.#caches.values()].map((known) => known.statistics());
  }
}
