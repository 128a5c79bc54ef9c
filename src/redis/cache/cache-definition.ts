import type { ZodType } from 'zod';
import { AppError } from '../../kernel/app-error.js';

/** The namespaces a key may stand in (requirements, A5). */
export const CACHE_NAMESPACES = [
  'users',
  'market',
  'trading',
  'analytics',
  'ai',
  'research',
  'config',
  'general',
] as const;
export type CacheNamespace = (typeof CACHE_NAMESPACES)[number];

/** Share of a TTL that is taken off at random, so that what was written together does not end together. */
const DEFAULT_JITTER = 0.1;
/** Below it a value is not worth the time of compressing it: 2 kB of JSON fit in two packets either way. */
const DEFAULT_COMPRESS_ABOVE_BYTES = 2_048;
const DEFAULT_HARD_TIMEOUT_MS = 15_000;
/** A lease ends after it, when nobody is left to give it back: no load may take as long. */
export const LEASE_TTL_MS = 60_000;

export interface CacheDefinition<Params, Value> {
  /** Names the cache in statistics and logs: `portfolio.summary`. */
  readonly name: string;
  readonly namespace: CacheNamespace;
  /**
   * The part of the key after the namespace: `` (p) => `${p.userId}:portfolio-summary` ``. No other
   * cache of the namespace may make the same.
   */
  readonly key: (params: Params) => string;
  /** Part of the key from 2 on: raised when values get a shape that older releases cannot read, or the reverse. */
  readonly version?: number;
  /** The longest that a value is fresh. Can be overridden at run time, see {@link Caches.overrideTtl}. */
  readonly ttlMs: number;
  /** For values that live shorter than `ttlMs`, by what they are: a bar that is still open. */
  ttlMsOf?(value: Value): number;
  /** Share of each TTL, 0–0.5, that is taken off at random; 0.1 unless said. Never makes a value live longer. */
  readonly jitter?: number;
  /**
   * A value older than this is still served, and loaded anew behind the answer, once at a time in the whole
   * fleet. A failed refresh keeps the value. Below `ttlMs`. Unset: nothing is refreshed.
   */
  readonly refreshAfterMs?: number;
  /**
   * How long after its end a value is kept for the case that its source fails, or is slower than
   * `softTimeoutMs`. Never serves what was invalidated. Unset: it is not kept.
   */
  readonly graceMs?: number;
  /** With an ended value at hand (`graceMs`), a reader waits so long for the new one; the load goes on behind. */
  readonly softTimeoutMs?: number;
  /**
   * A load that takes longer is given up: its signal is aborted, its readers get an ended value if there is one,
   * or AppError `cache.load_timeout` (unavailable). 15 s unless said, below a minute.
   */
  readonly hardTimeoutMs?: number;
  /** Kept encrypted (AES-256-GCM) wherever it leaves the process. */
  readonly encrypt?: boolean;
  /** Values whose text is longer leave the process compressed; 2,048 unless said, `Infinity` for never. */
  readonly compressAboveBytes?: number;
  /** How long "there is nothing" (`undefined` from the loader) is remembered. Unset: it is not. */
  readonly negativeTtlMs?: number;
  /** Groups that can be dropped together: `` (p) => [`user:${p.userId}`] ``. */
  readonly tags?: (params: Params) => readonly string[];
  /**
   * What the process alone knows is not served while it cannot be told of changes (Redis is away): every read
   * asks the source instead. For what decides on access.
   */
  readonly strict?: boolean;
  /**
   * Checked on every read from Redis: a value of an older shape is a miss. Its output is what
   * readers get, so it can bring back what JSON has no word for (dates).
   */
  readonly schema?: ZodType<Value>;
}

/** The times and limits of a cache with all defaults in place. */
export interface CachePolicy {
  readonly jitter: number;
  readonly refreshAfterMs: number;
  readonly graceMs: number;
  readonly softTimeoutMs: number;
  readonly hardTimeoutMs: number;
  readonly compressAboveBytes: number;
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

export function policyOf<Params, Value>(definition: CacheDefinition<Params, Value>): CachePolicy {
  return {
    jitter: definition.jitter ?? DEFAULT_JITTER,
    refreshAfterMs: definition.refreshAfterMs ?? Infinity,
    graceMs: definition.graceMs ?? 0,
    softTimeoutMs: definition.softTimeoutMs ?? Infinity,
    hardTimeoutMs: definition.hardTimeoutMs ?? DEFAULT_HARD_TIMEOUT_MS,
    compressAboveBytes: definition.compressAboveBytes ?? DEFAULT_COMPRESS_ABOVE_BYTES,
  };
}

/** @throws AppError `cache.invalid_definition` (internal) */
export function checkDefinition<Params, Value>(definition: CacheDefinition<Params, Value>): void {
  const { name, ttlMs, negativeTtlMs = 1, refreshAfterMs = 1, version = 1 } = definition;
  const { graceMs = 1, softTimeoutMs = 1, jitter = 0 } = definition;
  const { hardTimeoutMs } = policyOf(definition);
  const counts = [ttlMs, negativeTtlMs, refreshAfterMs, version];
  const times = [graceMs, softTimeoutMs, hardTimeoutMs];
  const isGood =
    name !== '' &&
    [...counts, ...times].every((count) => Number.isSafeInteger(count) && count > 0) &&
    refreshAfterMs <= ttlMs &&
    hardTimeoutMs < LEASE_TTL_MS &&
    softTimeoutMs <= hardTimeoutMs &&
    jitter >= 0 &&
    jitter <= 0.5;
  if (isGood) return;
  throw new AppError(
    'internal',
    'cache.invalid_definition',
    `cache ${name}: needs a name, positive times in whole ms, a refresh before its end, a soft time-out ` +
      'below the hard one, that one below a minute, and a jitter of 0 to 0.5',
  );
}
