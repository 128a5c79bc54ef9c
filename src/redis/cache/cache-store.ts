/** What a tagged entry was written under; undefined: the tag has no version (any more). */
export type TagVersion = string | undefined;

export interface StoredEntry {
  readonly text: string | undefined;
  /** Of the tag keys that were asked for, in their order, read in the same round trip. */
  readonly tagVersions: readonly TagVersion[];
}

/** Where an entry stands, and the tags it carries. */
export interface EntryKeys {
  readonly key: string;
  readonly tagKeys: readonly string[];
}

/** The tier behind the process: shared, or none. Keys come complete; every method may reject. */
export interface CacheStore {
  /** In one round trip, or one per node; answers in the order of `entries`. */
  read(entries: readonly EntryKeys[]): Promise<readonly StoredEntry[]>;
  /**
   * Gives each tag that has no version a new one, to live for `ttlMs` at least. @returns the
   * versions of all.
   */
  ensureTags(tagKeys: readonly string[], ttlMs: number): Promise<readonly string[]>;
  /** The tags live on for `ttlMs` at least. */
  write(key: string, text: string, ttlMs: number, tagKeys: readonly string[]): Promise<void>;
  /**
   * Removes entries, or the versions of tags, and with them the worth of every entry written under
   * them.
   */
  remove(keys: readonly string[]): Promise<void>;
  /** Rejects while the store is away. */
  ping(): Promise<void>;
  /** Told whenever the connection is lost, or a node with data of its own joins. */
  onInterruption(interrupted: () => void): void;
}
