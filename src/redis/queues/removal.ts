/** What a removal has come to. */
export interface Removal {
  readonly removed: number;
  /** Some are left: the same call removes more of them. */
  readonly more: boolean;
}

/** No other batch is begun afterwards: whoever has called is to hear what was done. */
export const REMOVAL_MS = 1_000;

/**
 * Removes batch after batch until there is none, or the time is over. What fails after something was removed is told as
 * `more`: the next call meets the same failure, and has nothing else to tell.
 * @throws what the first batch throws
 */
export async function inBatches(
  removeBatch: () => Promise<Removal>,
  nowMs: () => number = () => performance.now(),
): Promise<Removal> {
  const endMs = nowMs() + REMOVAL_MS;
  let removed = 0;
  for (;;) {
    try {
      const batch = await removeBatch();
      removed += batch.removed;
      if (!batch.more || nowMs() >= endMs) return { removed, more: batch.more };
    } catch (error) {
      if (removed === 0) throw error;
      return { removed, more: true };
    }
  }
}
