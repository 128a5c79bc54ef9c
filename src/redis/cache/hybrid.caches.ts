import type { Clock } from '../../kernel/clock.js';
import type { KeyRing } from '../../kernel/secret-box.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { Caches, type Cache, type CacheStatistics } from './cache.js';
import type { CacheDefinition } from './cache-definition.js';
import { CacheRegistry } from './cache-registry.js';
import type { CacheStore } from './cache-store.js';
import { CacheTiers } from './cache-tiers.js';
import { HybridCache, type CacheSurroundings } from './hybrid-cache.js';
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
  /** For caches that are declared with `encrypt`. */
  readonly encryptionKeys: KeyRing;
}

/** Caches with a tier in the process and one behind it. */
export class HybridCaches extends Caches {
  readonly #registry = new CacheRegistry();
  readonly #surroundings: CacheSurroundings;

  constructor(
    options: HybridCachesOptions,
    store: CacheStore,
    pubsub: PubSub,
    keys: KeyBuilder,
    clock: Clock,
  ) {
    super();
    const log = new InvalidationLog();
    const local = new LocalTier(options.maxLocalEntries, options.localTtlCapMs, log);
    const tiers = new CacheTiers(local, store, log, new InvalidationBus(pubsub), clock);
    this.#surroundings = { tiers, keys, clock, encryptionKeys: options.encryptionKeys };
  }

  /** Follows the invalidations of other instances from now on. */
  start(): Promise<void> {
    return this.#surroundings.tiers.start();
  }

  override use<Params, Value>(definition: CacheDefinition<Params, Value>): Cache<Params, Value> {
    return this.#registry.getOrCreate(
      definition,
      () => new HybridCache(definition, this.#surroundings),
    );
  }

  override statistics(): readonly CacheStatistics[] {
    return this.#registry.statistics();
  }

  override async invalidateTags(tags: readonly string[]): Promise<void> {
    const { tiers, keys } = this.#surroundings;
    if (tags.length > 0) await tiers.drop(tags.map((tag) => tagKey(keys, tag)));
  }
}
