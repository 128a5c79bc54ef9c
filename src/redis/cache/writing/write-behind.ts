import type { Durability } from './write-behind-definition.js';

/** One write as its source gets it. */
export interface BehindWrite<Params, Value> {
  readonly params: Params;
  readonly value: Value;
  /**
   * Grows from flush to flush of a key; see `ClaimedWrite.version`. Of `memory` writes it counts within the process.
   */
  readonly version: bigint;
}

/**
 * Writes a batch to the source, whole or not at all if it can. It may get a write again that it took before (its
 * answer was lost, or another of the batch was refused): writing must set, not add. A rejection means "again later".
 * @param writes one per key, in no order that means anything
 */
export type WriteSource<Params, Value> = (
  writes: readonly BehindWrite<Params, Value>[],
  context: { readonly signal: AbortSignal },
) => Promise<unknown>;

/** What one write-behind did in this process, and what waits. */
export interface WriteBehindStatistics {
  readonly name: string;
  readonly durability: Durability;
  /**
   * Keys that wait for a flush: in this process for `memory`, in the whole fleet for `journaled`; null: the journal does
   * not answer.
   */
  readonly pending: number | null;
  /** How long the first write that is not in the source yet has been waiting; 0: none waits; null as `pending`. */
  readonly oldestAgeMs: number | null;
  /** Writes that callers were told are kept. */
  readonly acknowledged: number;
  /** Writes that were refused because there was no room, or no journal. */
  readonly refused: number;
  /** Keys that the source took. */
  readonly flushed: number;
  /** Keys that the source was given in vain; each is tried again. */
  readonly failed: number;
}

export interface FlushResult {
  /** Keys that the source took. */
  readonly flushed: number;
  /** Keys that still wait, because the source refuses them, another process has them, or the time was over. */
  readonly pending: number;
}

/**
 * Writes that readers see at once and the source gets later: the last per key, in batches.
 *
 * Two flushes never have one key at hand, so a source never gets an older value after a newer one; but for one
 * gap, a process that was frozen in its flush for longer than its lease (three times the write time-out),
 * which a source closes by refusing a version below the one it has. `memory` keeps this order within one
 * process: keys that several processes write want `journaled`.
 */
export interface WriteBehind<Params, Value> {
  /**
   * Resolves when readers see the value and it is kept as the declaration says. Two writes of one key by
   * one process take effect in the order of their calls.
   * @throws AppError `cache.write_behind_full` (unavailable): no room came free in time;
   *   `cache.write_behind_unavailable` (unavailable): the journal did not take it; `cache.invalid_key` (invalid);
   *   `cache.not_serializable` (internal). Nothing is changed then.
   */
  write(params: Params, value: Value): Promise<void>;
  /** As {@link Cache.getOrSet}; what waits for its flush counts as the source's answer. */
  getOrSet(params: Params, load: () => Promise<Value>): Promise<Value>;
  /** Writes all that waits to the source now, whenever it is due; within 30 s. For tests and operators. */
  flush(): Promise<FlushResult>;
  /** Within a second, whatever the journal does. */
  statistics(): Promise<WriteBehindStatistics>;
}
