/** A name that a cache is still to drop, as it stands in the journal. */
export interface JournaledInvalidation {
  readonly name: string;
  /** Of its last entry: another one means that it was invalidated again. */
  readonly version: bigint;
}

/**
 * Invalidations that Redis did not take, kept where they outlive the process that owes them. `redis/` asks for it,
 * `database/` has it. All instances share one: any of them may settle what another owes.
 */
export abstract class InvalidationJournal {
  /**
   * Keeps each name once, under a new version.
   * @param names without duplicates, each up to 512 characters
   */
  abstract add(names: readonly string[]): Promise<readonly JournaledInvalidation[]>;
  /** The oldest of all, whoever added them. */
  abstract waiting(limit: number): Promise<readonly JournaledInvalidation[]>;
  /** Forgets those that were not added again since. */
  abstract settle(settled: readonly JournaledInvalidation[]): Promise<void>;
}
