import { AppError } from '../../../kernel/app-error.js';

export interface PrefetchDefinition {
  /** Names it in statistics and logs. */
  readonly name: string;
  /** Share of the reads after one shape that must have gone to the next before it is fetched, 0.5–1. */
  readonly minConfidence: number;
  /** Loads at once, and per second, at most: what is beyond them is not fetched. */
  readonly maxConcurrent: number;
  readonly maxPerSecond: number;
  /** A read more than this after the one before it belongs to another train of thought. */
  readonly withinMs: number;
}

/** Declares a prefetch beside the caches it fills; without one, nothing is ever fetched that nobody asked for. */
export function definePrefetch(definition: PrefetchDefinition): PrefetchDefinition {
  return Object.freeze({ ...definition });
}

/** @throws AppError `cache.invalid_definition` (internal) */
export function checkPrefetch(definition: PrefetchDefinition): void {
  const { name, minConfidence, maxConcurrent, maxPerSecond, withinMs } = definition;
  const limits = [maxConcurrent, maxPerSecond, withinMs];
  const isGood = name !== '' && limits.every((limit) => Number.isSafeInteger(limit) && limit > 0);
  if (isGood && minConfidence >= 0.5 && minConfidence <= 1) return;
  throw new AppError(
    'internal',
    'cache.invalid_definition',
    `prefetch ${name}: needs a name, a confidence of 0.5 to 1 and positive limits in whole numbers`,
  );
}
