import { SetMetadata } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import type { Caches } from '../cache.js';
import type { CacheDefinition } from '../cache-definition.js';

export const CACHED_METHOD_METADATA = 'bourse:cached-method';

/** What a class with cached methods needs: `constructor(readonly caches: Caches)`. */
export interface UsesCaches {
  readonly caches: Caches;
}

type Method<Args extends unknown[], Result> = (this: UsesCaches, ...args: Args) => Promise<Result>;

/** The descriptor's setter makes its type exact: a method of other parameters or of another result does not compile. */
type Decorator<Args extends unknown[], Result> = (
  target: UsesCaches,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<(...args: Args) => Promise<Result>>,
) => void;

/**
 * Answers a method from a declared cache, and runs it for what is missing ({@link Cache.getOrSet}): once for all who
 * call with the same parameters. The cache says under which name, in which namespace and for how long; the values are
 * frozen, and shared by all callers.
 *
 * ```ts
 * @Cached(performanceCache, (userId: string, timeframe: Timeframe) => ({ userId, timeframe }))
 * async performance(userId: string, timeframe: Timeframe): Promise<Performance> { … }
 * ```
 *
 * @param paramsOf takes all parameters of the method: one that it left out would not tell answers apart
 */
export function Cached<Params, Value, Args extends unknown[]>(
  definition: CacheDefinition<Params, Value>,
  paramsOf: (...args: Args) => Params,
): Decorator<Args, Value> {
  return decorate(definition, (host, args, run) =>
    host.caches.use(definition).getOrSet(paramsOf(...args), run),
  );
}

/**
 * {@link Cached} for methods that may find nothing: that there is nothing is remembered, too.
 * @throws AppError `cache.invalid_definition` (internal), as soon as the class is declared, for a cache without a
 *   `negativeTtlMs`
 */
export function CachedOptional<Params, Value, Args extends unknown[]>(
  definition: CacheDefinition<Params, Value>,
  paramsOf: (...args: Args) => Params,
): Decorator<Args, Value | undefined> {
  const { name, negativeTtlMs } = definition;
  if (negativeTtlMs === undefined) {
    const message = `cache ${name}: has no negativeTtlMs, and a method that may find nothing`;
    throw new AppError('internal', 'cache.invalid_definition', message);
  }
  return decorate(definition, (host, args, run) =>
    host.caches.use(definition).getOrSetOptional(paramsOf(...args), run),
  );
}

function decorate<Params, Value, Args extends unknown[], Result>(
  definition: CacheDefinition<Params, Value>,
  answer: (host: UsesCaches, args: Args, run: () => Promise<Result>) => Promise<Result>,
): Decorator<Args, Result> {
  return (target, name, descriptor) => {
    const method = descriptor.value as Method<Args, Result>;
    const cached: Method<Args, Result> = function (...args) {
      return answer(this, args, async () => method.apply(this, args));
    };
    // What other decorators wrote on the method stays there.
    for (const key of Reflect.getOwnMetadataKeys(method) as unknown[]) {
      Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, method), cached);
    }
    Object.defineProperty(cached, 'name', { value: String(name) });
    descriptor.value = cached;
    SetMetadata(CACHED_METHOD_METADATA, definition)(target, name, descriptor);
  };
}
