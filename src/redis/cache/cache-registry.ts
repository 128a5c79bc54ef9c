import { AppError } from '../../kernel/app-error.js';
import type { Cache } from './cache.js';
import { checkDefinition, type CacheDefinition } from './cache-definition.js';

/** The caches in use, by name. */
export class CacheRegistry {
  readonly #caches = new Map<string, { readonly definition: object; readonly cache: object }>();

  /** @throws AppError `cache.duplicate_name`, `cache.invalid_definition` */
  getOrCreate<Params, Value>(
    definition: CacheDefinition<Params, Value>,
    create: () => Cache<Params, Value>,
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
    this.#caches.set(definition.name, { definition, cache });
    return cache;
  }
}
