/** What the holder of a lock has while its work runs. */
export interface Lease {
  /** `{name}:{id}` as it was asked for. */
  readonly resource: string;
  /**
   * Grows with every acquisition of the same resource, also after Redis lost its data: a write
   * guarded by it can refuse an older holder.
   */
  readonly fencingToken: bigint;
  /**
   * Aborts before the lease can be lost (a failed extension, a lost connection): stop writing then.
   * Its reason is the AppError `lock.lost` (unavailable).
   */
  readonly signal: AbortSignal;
}

export interface LockOptions {
  /**
   * How long the lease lives without an extension; it is extended while the work runs. At least
   * 100.
   */
  readonly ttlMs: number;
  /** How long to wait for another holder. 0 (default): answer at once. */
  readonly waitMs?: number;
  /** Ends the wait early; the error is the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Mutual exclusion between processes. Never the only guard of money: PostgreSQL's row locks are.
 */
export abstract class LockManager {
  /**
   * Runs `work` while holding the lock `name` of `id`, and releases it whatever happens. What
   * `work` answers or throws is the outcome, also when the lease was lost on the way: its signal
   * said so.
   * @param name a constant without `:`, such as `journal.import`.
   * @throws AppError `lock.not_acquired` (conflict) when another holder kept it for all of
   *   `waitMs`; `lock.unavailable` (unavailable) when Redis cannot be asked.
   */
  abstract using<T>(
    name: string,
    id: string,
    options: LockOptions,
    work: (lease: Lease) => Promise<T>,
  ): Promise<T>;
}
