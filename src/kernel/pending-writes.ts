/** A write whose source is to be told later. */
export interface PendingWrite {
  readonly key: string;
  /** What is to be written, as its owner put it into words. */
  readonly payload: string;
}

/** A pending write that one flush holds. */
export interface ClaimedWrite extends PendingWrite {
  /**
   * A fencing token: grows with every claim of the key, whoever makes it, also after it was flushed. A source that keeps
   * it and refuses smaller ones is safe also from a flush that was frozen for longer than its lease.
   */
  readonly version: bigint;
  /** Flushes of the key that failed since one last succeeded. */
  readonly attempts: number;
}

/** The claims of one flush, and who it is: a report of another one about the same keys changes nothing. */
export interface WriteClaim {
  readonly holder: string;
  readonly writes: readonly ClaimedWrite[];
}

export interface PutOptions {
  /** Keys of this name that may wait at once. */
  readonly maxPending: number;
  /** A key that does not wait yet is due after so long; one that does keeps its time. */
  readonly delayMs: number;
}

export interface ClaimOptions {
  readonly limit: number;
  /** For so long nobody else is given these keys. */
  readonly leaseMs: number;
  /** Also what is not due yet. */
  readonly early: boolean;
}

/** What waits under a name; ages by the store's own clock. */
export interface PendingFigures {
  readonly pending: number;
  /** Of the write that waits for longest; 0 when none waits. */
  readonly oldestAgeMs: number;
}

/**
 * Writes that were acknowledged and are still to reach their source: one per name and key, the last. `redis/`
 * asks for it. In the process it is lost with the process; `database/` has one that is not.
 */
export abstract class PendingWrites {
  /**
   * Keeps the writes, each in the place of an older one of its key. A new key for which there is no room is not kept.
   * @param writes at most one per key
   * @returns the keys that are kept
   */
  abstract put(
    name: string,
    writes: readonly PendingWrite[],
    options: PutOptions,
  ): Promise<readonly string[]>;
  /**
   * Takes due writes that nobody holds, those first that failed least often, then those due for longest. While a key is held, a
   * newer write of it is kept, and waits for the holder: no two flushes ever have the same key at hand.
   */
  abstract claim(name: string, options: ClaimOptions): Promise<WriteClaim>;
  /** The source has them: forgets each, unless it was written again meanwhile, and gives the keys back. */
  abstract settle(name: string, claim: WriteClaim): Promise<void>;
  /** The source did not take them: counts the failure, and makes each due after its delay, ms, in the claim's order. */
  abstract postpone(name: string, claim: WriteClaim, delaysMs: readonly number[]): Promise<void>;
  /** The payloads of those keys that wait, held or not. */
  abstract find(name: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  abstract figures(name: string): Promise<PendingFigures>;
}
