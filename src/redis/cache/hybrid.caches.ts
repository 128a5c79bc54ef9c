import type { Clock } from '../../kernel/clock.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { Caches, type Cache, type CacheStatistics } from './cache.js';
import type { CacheDefinition } from './cache-definition.js';
import { CacheRegistry } from './cache-registry.js';
import type { CacheStore } from './cache-store.js';
import { CacheTiers } from './cache-tiers.js';
import { HybridCache } from './hybrid-cache.js';
import { InvalidationBus } from './invalidation-bus.js';
import { InvalidationLog } from './invalidation-log.js';
import { LocalTier } from './local-tier.js';
import { tagKey } from './tag-key.js';
import type { PubSub } from '../pubsub/pub-sub.js';

/**
 * Longest life of a local entry while other instances can change what is behind it: see {@link
 * Caches}.
 */
export const LOCAL_TTL_CAP_MS = 5_000;

export interface HybridCachesOptions {
  readonly maxLocalEntries: number;
  /** {@link LOCAL_TTL_CAP_MS}, or Infinity when this process is alone. */
  readonly localTtlCapMs: number;
}

/** Caches with a tier in the process and one behind it. */
export class HybridCaches extends Caches {
  readonly #registry = new CacheRegistry();
  readonly #keys: KeyBuilder;
  readonly #clock: Clock;
  readonly #tiers: CacheTiers;

  constructor(
    options: HybridCachesOptions,
    store: CacheStore,
    pubsub: PubSub,
    keys: KeyBuilder,
    clock: Clock,
  ) {
    super();
    this.#keys = keys;
    this.#clock = clock;
    const log = new InvalidationLog();
    const local = new LocalTier(options.maxLocalEntries, options.localTtlCapMs, log);
    this.#tiers = new CacheTiers(local, store, log, new InvalidationBus(pubsub));
  }

  /** Follows the invalidations of other instances from now on. */
  start(): Promise<void> {
    return this.#tiers.start();
  }

  override use<Params, Value>(definition: CacheDefinition<Params, Value>): Cache<Params, Value> {
    return this.#registry.getOrCreate(
      definition,
      () => new HybridCache(definition, this.#tiers, this.#keys, this.#clock),
    );
  }

  override statistics(): readonly CacheStatistics[] {
    return [];
  }

  override async invalidateTags(tags: readonly string[]): Promise<void> {
    if (tags.length > 0) await this.#tiers.drop(tags.map((tag) => tagKey(this.#keys, tag)));
  }
}
