import { AppError } from '../../kernel/app-error.js';
import type { Cache, CacheStatistics } from './cache.js';
import { checkDefinition, type CacheDefinition } from './cache-definition.js';

/** What is asked of a cache whatever its type. */
export interface OperatedCache {
  statistics(): CacheStatistics;
  readonly newTtlMs: number;
  overrideTtl(ttlMs: number | undefined): void;
}

/** The caches in use, by name. */
export class CacheRegistry {
  readonly #caches = new Map<
    string,
    { readonly definition: object; readonly cache: OperatedCache }
  >();

  /** @throws AppError `cache.duplicate_name`, `cache.invalid_definition` */
  getOrCreate<Params, Value>(
    definition: CacheDefinition<Params, Value>,
    create: () => Cache<Params, Value> & OperatedCache,
  ): Cache<Params, Value> {
    const known = this.#caches.get(definition.name);
    // One definition has one type of parameters and value, so its cache has them too.
    if (known?.definition === definition) {
      return known.cache as OperatedCache & Cache<Params, Value>;
    }
    if (known !== undefined) {
      throw new AppError(
        'internal',
        'cache.duplicate_name',
        `two caches are named ${definition.name}`,
      );
    }
    checkDefinition(definition);
    const cache = create();
    this.#caches.set(definition.name, { definition, cache });
    return cache;
  }

  /** @throws AppError `cache.unknown`, `cache.invalid_ttl` */
  overrideTtl(name: string, ttlMs: number | undefined): void {
    const cache = this.#named(name);
    if (ttlMs !== undefined && !(Number.isSafeInteger(ttlMs) && ttlMs > 0)) {
      throw new AppError('invalid', 'cache.invalid_ttl', 'A TTL is a positive number of whole ms.');
    }
    cache.overrideTtl(ttlMs);
  }

  /** @throws AppError `cache.unknown` */
  newTtlMs(name: string): number {
    return this.#named(name).newTtlMs;
  }

  /** In the order of first use. */
  statistics(): CacheStatistics[] {
    return [...this.#caches.values()].map(({ cache }) => cache.statistics());
  }

  #named(name: string): OperatedCache {
    const cache = this.#caches.get(name)?.cache;
    if (cache !== undefined) return cache;
    throw new AppError('not_found', 'cache.unknown', `There is no cache ${name}.`);
  }
}
