import { AppError } from '../../../kernel/app-error.js';
import type { CacheNamespace } from '../cache-definition.js';

export interface CounterDefinition<Params> {
  /** Names the counter in errors and logs: `ai.quota`. */
  readonly name: string;
  readonly namespace: CacheNamespace;
  /** The part of the key after the namespace. No other counter of the namespace may make the same. */
  readonly key: (params: Params) => string;
  /** From the first increment on; later ones do not prolong it. */
  readonly ttlMs: number;
  /**
   * What happens while Redis is away. `refuse` (unless said): AppError. `local`: each process counts from zero for
   * itself, and what it counted is not added later.
   */
  readonly fallback?: 'refuse' | 'local';
}

/** Declares a counter beside its owner. */
export function defineCounter<Params>(
  definition: CounterDefinition<Params>,
): CounterDefinition<Params> {
  return Object.freeze({ ...definition });
}

/** @throws AppError `counter.invalid` (internal) */
export function checkCounter<Params>({ name, ttlMs }: CounterDefinition<Params>): void {
  if (name !== '' && Number.isSafeInteger(ttlMs) && ttlMs > 0) return;
  throw new AppError(
    'internal',
    'counter.invalid',
    `counter ${name}: needs a name and a positive TTL in whole ms`,
  );
}

/** @throws AppError `counter.invalid_step` (invalid) */
export function checkStep(name: string, by: number): void {
  if (Number.isSafeInteger(by)) return;
  throw new AppError(
    'invalid',
    'counter.invalid_step',
    `counter ${name} counts in whole numbers of at most 2^53 - 1`,
  );
}

export function overflow(name: string): AppError {
  return new AppError(
    'unprocessable',
    'counter.overflow',
    `counter ${name} would pass what it can hold`,
  );
}
