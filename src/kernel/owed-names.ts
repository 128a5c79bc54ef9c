/** A name that something is still to be done for, as it stands in the list. */
export interface OwedName {
  readonly name: string;
  /** Of its last entry: another one means that it was added again. */
  readonly version: bigint;
}

/**
 * What Redis is still to be told, kept where it outlives the process that owes it. Who owes asks for it, `database/`
 * has it. All instances share one: any of them may settle what another owes.
 */
export abstract class OwedNames {
  /**
   * Keeps each name once, under a new version.
   * @param names without duplicates, each up to 512 characters
   */
  abstract add(names: readonly string[]): Promise<readonly OwedName[]>;
  /** The oldest of all, whoever added them. */
  abstract waiting(limit: number): Promise<readonly OwedName[]>;
  /** Forgets those that were not added again since. */
  abstract settle(settled: readonly OwedName[]): Promise<void>;
}
