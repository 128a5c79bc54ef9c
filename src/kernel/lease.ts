/** What the holder of a lock has while its work runs. `redis/` gives it, `database/` refuses by it. */
export interface Lease {
  /** `{name}:{id}` as it was asked for. */
  readonly resource: string;
  /** Names this acquisition and no other. */
  readonly holder: string;
  /**
   * Grows with every acquisition of the same resource, also after Redis lost its data: a write
   * guarded by it can refuse an older holder.
   */
  readonly fencingToken: bigint;
  /**
   * Aborts before the lease can be lost (a failed extension, a lost connection): stop writing then.
   * Its reason is the AppError `lock.lost` (unavailable), or `lock.fenced` (conflict). After a pause
   * of the process it aborts when a timer has had its turn, or this property is read: before a write
   * ask {@link throwIfLost}.
   */
  readonly signal: AbortSignal;
  /**
   * Compares clocks, so that it knows of a pause of the process before any timer does.
   * @throws AppError `lock.lost` (unavailable) when the lease may have ended, or was given back;
   *   `lock.fenced` (conflict) when a guarded resource has refused it.
   */
  throwIfLost(): void;
  /**
   * Told by who has seen a newer token, or this one of another holder: the lease is over, and the
   * next one of the resource that this process gets begins above it.
   */
  refuse(seenToken: bigint): void;
}
