import type { CacheDefinition, CacheNamespace } from './cache-definition.js';

/** What a load is told, and may tell. */
export interface LoadContext {
  /** Aborted at the hard time-out, and when all who waited for any of what it loads have given up. */
  readonly signal: AbortSignal;
  /**
   * How long what is being loaded is good, where its source says so (`Cache-Control`, a bar's end). Only ever
   * shortens the declared TTL; below 1: it is not kept.
   */
  setTtlMs(ttlMs: number): void;
}

export type Load<Value> = (context: LoadContext) => Promise<Value>;

/** @param missing answers are expected in its order; `setTtlMs` counts for all of them. */
export type LoadMany<Params, Value> = (
  missing: readonly Params[],
  context: LoadContext,
) => Promise<readonly (Value | undefined)[]>;

export interface ReadOptions {
  /** Gives up waiting: the reader gets the signal's reason, the load goes on while others wait for it. */
  readonly signal?: AbortSignal;
}

/**
 * A declared cache, ready to use. `null`, `0`, `false` and `''` are values; `undefined` is "nothing
 * there".
 *
 * Values are copied on their way in, as JSON would, and frozen: what a reader gets is the same on a hit and on
 * a miss, from either tier, and shared with all other readers. Copy it to change it.
 */
export interface Cache<Params, Value> {
  get(params: Params): Promise<Value | undefined>;
  /** In the order of `params`, in one round trip (one per node on a Cluster). */
  getMany(params: readonly Params[]): Promise<(Value | undefined)[]>;
  /** Whether a read would find something, be it the knowledge that there is nothing. */
  exists(params: Params): Promise<boolean>;
  /** How long the value is still fresh, ms; undefined: there is none. */
  ttlMs(params: Params): Promise<number | undefined>;
  set(params: Params, value: Value): Promise<void>;
  /**
   * {@link set} of many: one round trip for 500 or about 1 MB at a time (on a Cluster one per node, and one to tell the
   * others). Tags whose versions are not known are asked for in one before: new ones, and all while the process is not
   * told of changes. So is the time at Redis, in the first moments.
   */
  setMany(entries: readonly (readonly [Params, Value])[]): Promise<void>;
  /**
   * The cached value, or what `load` answers, stored. Callers of the same key at the same time
   * share one load, in all processes of the fleet, and in each its error, which is not stored; one who comes
   * after an invalidation does not join a load from before it.
   * @throws AppError `cache.load_timeout` (unavailable), see `hardTimeoutMs`
   */
  getOrSet(params: Params, load: Load<Value>, options?: ReadOptions): Promise<Value>;
  /**
   * {@link getOrSet} for sources that may have nothing: an `undefined` is remembered for
   * `negativeTtlMs`.
   */
  getOrSetOptional(
    params: Params,
    load: Load<Value | undefined>,
    options?: ReadOptions,
  ): Promise<Value | undefined>;
  /**
   * Many of {@link getOrSetOptional} at once: one round trip to Redis for what is there (one per node on a
   * Cluster), one `load` for all that are missing, and as many round trips around it as of one. What is missing twice in one call is loaded once.
   * @returns in the order of `params`
   */
  getOrSetMany(
    params: readonly Params[],
    load: LoadMany<Params, Value>,
    options?: ReadOptions,
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
  deleteMany(params: readonly Params[]): Promise<void>;
}

/** Counts of one declared cache, in this process, since it started. */
export interface CacheStatistics {
  readonly name: string;
  readonly namespace: CacheNamespace;
  readonly localHits: number;
  readonly remoteHits: number;
  readonly misses: number;
  /** Answers with an ended value, because its source failed or was slow. */
  readonly staleServed: number;
  readonly loads: number;
  /** Of the loads: those that threw. */
  readonly loadErrors: number;
  /** Of all loads together. */
  readonly loadMs: number;
  /** Readers who got their value from a load that another reader of this process had begun. */
  readonly coalesced: number;
  /** Readers who got their value from a load of another process. */
  readonly awaited: number;
  /** Refreshes that began behind a served value. */
  readonly refreshes: number;
  /** Values that were not kept because they had been invalidated meanwhile. */
  readonly refused: number;
  /** Stored values that could not be read: of an older shape, or sealed with a key that is gone. */
  readonly unreadable: number;
  /** Local entries that made room for others. */
  readonly evictions: number;
  readonly localEntries: number;
  /** About what the local entries take, by the size of their JSON. */
  readonly localBytes: number;
  readonly declaredTtlMs: number;
  /** As declared, or as overridden. */
  readonly ttlMs: number;
}

/** How this process stands to the store that it shares with others. */
export interface CacheLink {
  /**
   * `alone`: there is no store. `coherent`: changes of others arrive. `remote`: they do not, and every read
   * asks the store. `detached`: the store is away, the process serves what it has.
   */
  readonly state: 'alone' | 'coherent' | 'remote' | 'detached';
  /** Invalidations that the store is still to be told of. */
  readonly owedInvalidations: number;
  /** Times that messages of others were missed and caught up with. */
  readonly gaps: number;
  /** Times that all was dropped, because the store had lost some of its history. */
  readonly resets: number;
  /** Commands that failed or took too long. */
  readonly errors: number;
}

export interface HotKey {
  readonly cache: string;
  readonly key: string;
  /** Reads since the process started, estimated from one in 64. */
  readonly reads: number;
}

/** What happens in the caches of this process, for logs and metrics. */
export type CacheEvent =
  | { readonly type: 'invalidated'; readonly keys: number; readonly origin: 'here' | 'elsewhere' }
  | {
      /** A source has been asked, and has answered or failed. */
      readonly type: 'load';
      readonly cache: string;
      readonly namespace: CacheNamespace;
      readonly tookMs: number;
    }
  | { readonly type: 'link'; readonly state: CacheLink['state'] }
  | { readonly type: 'gap' }
  | { readonly type: 'reset' };

/**
 * Where declared caches come from. A fault of Redis never reaches the caller: reads become misses,
 * the local tier goes on.
 *
 * What is guaranteed once `delete`, `set` or an invalidation has resolved, with Redis reachable:
 * - in this process, no read serves the older value;
 * - elsewhere, all are told by a message, and serve it from neither tier once that has arrived (about a millisecond).
 *   A process that cannot be told knows within half a second, and asks the store on every read until it has
 *   caught up with what it missed;
 * - nothing that was read from a source before is stored after, by any process.
 *
 * An invalidation that Redis did not take (it was away) is repeated until it does; until then this process serves
 * none of what it dropped, and others may.
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
  /** As {@link invalidateTags} for all entries of a namespace. */
  abstract invalidateNamespace(namespace: CacheNamespace): Promise<void>;
  /** As {@link invalidateTags} for all entries there are. */
  abstract invalidateAll(): Promise<void>;
  /**
   * Drops the entries whose key after the namespace matches, `*` standing for any run of characters, whatever the
   * `version` of their cache. Walks through all keys in small steps, for 10 s at most: for operators, not for requests.
   * @returns how many were there
   * @throws AppError `cache.pattern_incomplete` (unavailable): not all keys could be seen
   */
  abstract invalidatePattern(namespace: CacheNamespace, pattern: string): Promise<number>;
  /** What the caches of this process did since it started, in the order of their declaration. */
  abstract statistics(): readonly CacheStatistics[];
  /** The most read keys, the most read first. */
  abstract hotKeys(limit: number): readonly HotKey[];
  abstract link(): CacheLink;
  /**
   * Lets new values of a cache live so long in this process, whatever it declares; undefined: as declared again.
   * @throws AppError `cache.unknown` (not_found), `cache.invalid_ttl` (invalid)
   */
  abstract overrideTtl(name: string, ttlMs: number | undefined): void;
  /**
   * How long new values of a cache live in this process at this moment, at most: as declared, or as overridden.
   * @throws AppError `cache.unknown` (not_found)
   */
  abstract newTtlMs(name: string): number;
  /** @returns stops listening */
  abstract onEvent(listener: (event: CacheEvent) => void): () => void;
}
