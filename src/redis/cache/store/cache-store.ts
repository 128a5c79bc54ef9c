/** The text under a name; null: there is none. */
export type StoredText = string | null;

export interface NewEntry {
  readonly name: string;
  readonly text: string;
  readonly ttlMs: number;
}

export interface LeaseRequest {
  readonly token: string;
  /** Of the entry's tags: who holds the lease under others loads what nobody wants any more, and loses it. */
  readonly versions: string;
  /** Take it from whoever has it. */
  readonly force: boolean;
}

/** undefined: somebody else holds it. */
export type Lease = { readonly stored: StoredText } | undefined;

/**
 * The tier behind the process, which all instances share. Names are `<namespace>:<key>` of entries, and those of
 * tags; every method may reject, and none waits longer than the connection lets it.
 */
export interface CacheStore {
  /** Whether commands take effect in the order they are sent: not where they go to several servers. */
  readonly keepsOrder: boolean;
  /** In one round trip, or one per node; answers in the order of `names`. */
  read(names: readonly string[]): Promise<readonly StoredText[]>;
  /** The right to load an entry, for one instance at a time; it comes with what is stored at that moment. */
  lease(name: string, request: LeaseRequest): Promise<Lease>;
  /** Shows that the holder lives. */
  renew(name: string, token: string): Promise<void>;
  /**
   * Stores what was loaded under a lease, if it still holds, and gives it back.
   * @param entry undefined: nothing is stored
   * @returns whether it held: nothing replaced or removed the entry since
   */
  settle(name: string, token: string, entry: NewEntry | undefined): Promise<boolean>;
  /**
   * Replaces entries, and takes away their leases; only up to a moment, for a broken connection may deliver it much
   * later. In one round trip, or one per node. Rejects when some were not replaced, or perhaps were.
   * @param untilMs on the monotonic clock
   * @returns whether it took effect in the order it was sent in
   */
  replace(entries: readonly NewEntry[], untilMs: number): Promise<boolean>;
  /** Reads the clocks of all servers, so that {@link replace} need not. Never rejects. */
  readClocks(): Promise<void>;
  /** Removes entries, and versions of tags; what is being loaded for them will not be stored. */
  remove(names: readonly string[]): Promise<void>;
  /** Gives each tag that has no version a new one, kept for `lifeMs`. @returns the versions of all. */
  ensureTags(names: readonly string[], lifeMs: number): Promise<readonly string[]>;
  /** Lets tags live for `lifeMs` at least. */
  keepTags(names: readonly string[], lifeMs: number): Promise<void>;
  /**
   * The names of entries, stored or being loaded, that match; `*` stands for any run of characters.
   * @throws AppError `cache.pattern_incomplete` (unavailable)
   */
  match(namespace: string, pattern: string): AsyncIterable<readonly string[]>;
  /** Which servers hold the data; '': it is one, or they are not known. */
  servers(): string;
}
