import type { ZodType } from 'zod';
import { AppError } from '../../kernel/app-error.js';

/** The namespaces a key may stand in (requirements, A5). */
export type CacheNamespace =
  'users' | 'market' | 'trading' | 'analytics' | 'ai' | 'research' | 'config' | 'general';

export interface CacheDefinition<Params, Value> {
  /** Names the cache in statistics and logs: `portfolio.summary`. */
  readonly name: string;
  readonly namespace: CacheNamespace;
  /**
   * The part of the key after the namespace: `` (p) => `${p.userId}:portfolio-summary` ``. No other
   * cache of the namespace may make the same.
   */
  readonly key: (params: Params) => string;
  /** The longest that a value is kept. */
  readonly ttlMs: number;
  /** For values that live shorter than `ttlMs`, by what they are: a bar that is still open. */
  ttlMsOf?(value: Value): number;
  /**
   * A value older than this is still served, and loaded anew behind the answer, once at a time. A failed
   * refresh keeps the value. Below `ttlMs`. Unset: nothing is refreshed.
   */
  readonly refreshAfterMs?: number;
  /** Kept encrypted (AES-256-GCM) wherever it leaves the process. */
  readonly encrypt?: boolean;
  /** How long "there is nothing" (`undefined` from the loader) is remembered. Unset: it is not. */
  readonly negativeTtlMs?: number;
  /** Groups that can be dropped together: `` (p) => [`user:${p.userId}`] ``. */
  readonly tags?: (params: Params) => readonly string[];
  /**
   * Checked on every read from Redis: a value of an older shape is a miss. Its output is what
   * readers get, so it can bring back what JSON has no word for (dates).
   */
  readonly schema?: ZodType<Value>;
}

/**
 * Declares a cache beside its owner: key, value type, TTL and tags stand together, and nobody
 * writes a key by hand. Two caches of one name fail the boot.
 */
export function defineCache<Params, Value>(
  definition: CacheDefinition<Params, Value>,
): CacheDefinition<Params, Value> {
  return Object.freeze({ ...definition });
}

/** @throws AppError `cache.invalid_definition` (internal) */
export function checkDefinition<Params, Value>(definition: CacheDefinition<Params, Value>): void {
  const { name, ttlMs, negativeTtlMs = 1, refreshAfterMs = 1 } = definition;
  const times = [ttlMs, negativeTtlMs, refreshAfterMs];
  const allCount = times.every((ms) => Number.isSafeInteger(ms) && ms > 0);
  if (name !== '' && allCount && refreshAfterMs <= ttlMs) return;
  throw new AppError(
    'internal',
    'cache.invalid_definition',
    `cache ${name}: needs a name, positive TTLs, and a refresh before its end`,
  );
}
