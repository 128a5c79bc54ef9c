/** At most `limit` at a time. */
export interface ConcurrencyPolicy {
  /** Names the policy in keys and errors. Without `:`. */
  readonly name: string;
  readonly limit: number;
}

/** A place among those in flight. Its end frees it, and so does that of its process, some seconds later. */
export interface Permit {
  /** Once is enough, and more does nothing. */
  release(): void;
}

/** Counts what is under way. */
export abstract class ConcurrencyLimiter {
  /**
   * Takes a place, or does not: nobody waits for one. With Redis away each process has its share of the places, at least 1.
   * @returns undefined: all are taken
   */
  abstract enter(policy: ConcurrencyPolicy, subject: string): Promise<Permit | undefined>;
}
