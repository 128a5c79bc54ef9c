import { AppError } from '../../../kernel/app-error.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import type { CacheDefinition } from '../cache-definition.js';

/**
 * What becomes of an acknowledged write whose process ends without a goodbye. `memory`: it is lost if it was not
 * flushed yet, so up to `flushEveryMs` of writes, and longer while the source refuses them. `journaled`: the
 * database has it before `write` resolves, and any process flushes it.
 */
export type Durability = 'memory' | 'journaled';

export interface WriteBehindDefinition<Params, Value> {
  /** Names it in statistics, logs and the journal: `market.popularity`. Pending writes are found again by it. */
  readonly name: string;
  /** Where readers see a write at once. Its parameters and values must be what JSON can carry. */
  readonly cache: CacheDefinition<Params, Value>;
  /** How long a write waits for others of its key, and of its batch. */
  readonly flushEveryMs: number;
  /** Keys that may wait at once: in this process for `memory`, in the whole fleet for `journaled`. */
  readonly maxPending: number;
  /** Keys that the source is given at once. */
  readonly maxBatch: number;
  readonly durability: Durability;
  /** How long a writer waits for room before it is told that there is none; 1 s unless said. */
  readonly maxWaitMs?: number;
  /** After so long the signal of a flush is aborted; 10 s unless said. */
  readonly writeTimeoutMs?: number;
}

const DEFAULT_WAIT_MS = SECOND_MS;
const DEFAULT_WRITE_TIMEOUT_MS = 10 * SECOND_MS;

/** Declares a write-behind beside the cache that it writes to; used by `WriteBehinds.use`. */
export function defineWriteBehind<Params, Value>(
  definition: WriteBehindDefinition<Params, Value>,
): WriteBehindDefinition<Params, Value> {
  return Object.freeze({ ...definition });
}

/** The limits of a write-behind with all defaults in place. */
export interface WriteBehindPolicy {
  readonly flushEveryMs: number;
  readonly maxPending: number;
  readonly maxBatch: number;
  readonly maxWaitMs: number;
  readonly writeTimeoutMs: number;
}

/** @throws AppError `cache.invalid_definition` (internal) */
export function writeBehindPolicy<Params, Value>(
  definition: WriteBehindDefinition<Params, Value>,
): WriteBehindPolicy {
  const { name, cache, flushEveryMs, maxPending, maxBatch } = definition;
  const { maxWaitMs = DEFAULT_WAIT_MS, writeTimeoutMs = DEFAULT_WRITE_TIMEOUT_MS } = definition;
  const policy = { flushEveryMs, maxPending, maxBatch, maxWaitMs, writeTimeoutMs };
  const allCount = Object.values(policy).every((count) => Number.isSafeInteger(count) && count > 0);
  // A value that ended before its flush would be read from a source that does not have it yet.
  if (name !== '' && allCount && cache.ttlMs >= 2 * flushEveryMs) return policy;
  throw new AppError(
    'internal',
    'cache.invalid_definition',
    `write-behind ${name}: needs a name, positive limits in whole numbers, and a cache that keeps values for two flushes`,
  );
}
