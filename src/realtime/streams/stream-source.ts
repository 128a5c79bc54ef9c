/** Where a stream has its messages and its snapshots from. */
export interface StreamSource {
  /** What instances call the channel among themselves. */
  readonly bus: string;
  /** What is true now; after a message was published it holds what that says. */
  readonly snapshot: () => Promise<unknown>;
  /** Told of what cannot be answered to anybody. */
  readonly hasFailed: (error: unknown) => void;
}
