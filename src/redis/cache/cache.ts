import type { CacheDefinition, CacheNamespace } from './cache-definition.js';

/**
 * A declared cache, ready to use. `null`, `0`, `false` and `''` are values; `undefined` is "nothing
 * there".
 *
 * Values take the way through JSON, and are frozen: what a reader gets is the same on a hit and on
 * a miss, from either tier, and shared with all other readers. Copy it to change it.
 */
export interface Cache<Params, Value> {
  get(params: Params): Promise<Value | undefined>;
  set(params: Params, value: Value): Promise<void>;
  /**
   * The cached value, or what `load` answers, stored. Callers of the same key at the same time
   * share one load, and its error, which is not stored; one who comes after an invalidation does
   * not join a load from before it. `load` must bound its own time.
   */
  getOrSet(params: Params, load: () => Promise<Value>): Promise<Value>;
  /**
   * {@link getOrSet} for sources that may have nothing: an `undefined` is remembered for
   * `negativeTtlMs`.
   */
  getOrSetOptional(
    params: Params,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined>;
  /**
   * Many of {@link getOrSetOptional} at once: one round trip to Redis (one per node on a Cluster), and one
   * `load` for all that are missing. What is missing twice in one call is loaded once.
   * @param load answers in the order of what it was asked for
   * @returns in the order of `params`
   */
  getOrSetMany(
    params: readonly Params[],
    load: (missing: readonly Params[]) => Promise<readonly (Value | undefined)[]>,
  ): Promise<(Value | undefined)[]>;
  /**
   * Loads anew what readers ask for next, whether there is something or not. Unlike {@link set} of a value
   * that was computed before, it stores nothing that was invalidated while `load` ran, on any instance.
   * Where a `load` answers `undefined`, what was there stays, unless the cache has a `negativeTtlMs`.
   * @param load for all, in the order of `params`; its error is the caller's
   */
  refresh(
    params: readonly Params[],
    load: () => Promise<readonly (Value | undefined)[]>,
  ): Promise<void>;
  delete(params: Params): Promise<void>;
}

/** Counts of one declared cache, in this process, since it started. */
export interface CacheStatistics {
  readonly name: string;
  readonly namespace: CacheNamespace;
  readonly localHits: number;
  readonly remoteHits: number;
  readonly misses: number;
  readonly loads: number;
  /** Of the loads: those that threw. */
  readonly loadErrors: number;
  /** Of all loads together. */
  readonly loadMs: number;
  /** Refreshes that began behind a served value. */
  readonly refreshes: number;
}

/**
 * Where declared caches come from. A fault of Redis never reaches the caller: reads become misses,
 * the local tier goes on.
 *
 * What is guaranteed once `delete`, `set` or `invalidateTags` has resolved:
 * - in this process, no read serves the older value, and no load that began before stores what it
 *   found;
 * - elsewhere, no read past the local tier serves an entry of an invalidated tag, whenever it was
 *   written; the local tiers are told by a message and drop it at once. Should the message be lost,
 *   they serve it for at most 5 s more (`LOCAL_TTL_CAP_MS`);
 * - a load under way elsewhere may still store an older value over a `delete` or `set` if it ends
 *   before the message is there: what must not survive a change carries a tag.
 *
 * An invalidation that Redis did not take (it was away) is repeated until it does. Until then, and of all
 * that was written before, this process believes nothing that Redis holds; so does every other process that
 * lost its connection meanwhile. One that did not may serve the older value until the repetition.
 */
export abstract class Caches {
  /**
   * The cache of `definition`; the same for the same definition.
   * @throws AppError `cache.duplicate_name` (internal) for another definition of a name that is
   *   taken.
   */
  abstract use<Params, Value>(definition: CacheDefinition<Params, Value>): Cache<Params, Value>;
  /**
   * Drops every entry that carries one of the tags, on every instance; costs the same however many
   * they are.
   */
  abstract invalidateTags(tags: readonly string[]): Promise<void>;
  /** What the caches of this process did since it started, in the order of their declaration. */
  abstract statistics(): readonly CacheStatistics[];
}
