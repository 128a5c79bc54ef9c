import { Logger } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import type { Clock } from '../../kernel/clock.js';
import { FaultLog } from '../../kernel/fault-log.js';
import type { InvalidationJournal } from '../../kernel/invalidation-journal.js';
import type { KeyRing } from '../../kernel/secret-box.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import {
  Caches,
  type Cache,
  type CacheEvent,
  type CacheLink,
  type CacheStatistics,
  type HotKey,
} from './cache.js';
import type { CacheDefinition, CacheNamespace } from './cache-definition.js';
import { CacheEvents } from './cache-events.js';
import { CacheRegistry } from './cache-registry.js';
import { CacheTiers } from './cache-tiers.js';
import type { SharedTier } from './store/shared-tier.js';
import { CoherenceLink } from './coherence/coherence-link.js';
import { InvalidationDebts } from './coherence/invalidation-debts.js';
import { InvalidationLog } from './coherence/invalidation-log.js';
import { HotKeys } from './hot-keys.js';
import { HybridCache, type HybridSurroundings } from './hybrid-cache.js';
import { LocalTier } from './local/local-tier.js';
import { EVERYTHING, namespaceTagName, tagName, TagTable } from './local/tag-table.js';
import { ReadBatch } from './store/read-batch.js';
import { RedisCacheStore } from './store/redis.cache-store.js';
import { StoreGate, within } from './store/store-gate.js';
import { matchesKey } from './versioned-key.js';

export interface HybridCachesOptions {
  readonly maxLocalEntries: number;
  readonly maxLocalBytes: number;
  /** What a read waits for Redis. */
  readonly callTimeoutMs: number;
  /** For caches that are declared with `encrypt`. */
  readonly encryptionKeys: KeyRing;
}

export function cacheOptions({ cache, encryptionKeys }: Config): HybridCachesOptions {
  return {
    maxLocalEntries: cache.l1MaxEntries,
    maxLocalBytes: cache.l1MaxBytes,
    callTimeoutMs: cache.callTimeoutMs,
    encryptionKeys,
  };
}

/** How soon what another process owes is told, if it cannot itself. */
const SWEEP_EVERY_MS = 2_000;
/** What a pattern drops in one go. */
const MATCH_BATCH = 500;

/** Caches with a tier in the process and, where there is a Redis, one behind it. */
export class HybridCaches extends Caches {
  readonly #registry = new CacheRegistry();
  readonly #hotKeys = new HotKeys();
  readonly #events = new CacheEvents();
  readonly #tiers: CacheTiers;
  readonly #link: CoherenceLink | undefined;
  readonly #surroundings: HybridSurroundings;
  readonly #faults = new FaultLog(new Logger('Cache'));
  #sweeping: NodeJS.Timeout | undefined;
  #isSweeping = false;

  /**
   * @param redis undefined: this process is alone
   * @param journal of what Redis did not take; undefined: that is lost with the process
   */
  constructor(
    options: HybridCachesOptions,
    redis: { readonly connections: RedisConnections; readonly keys: KeyBuilder } | undefined,
    clock: Clock,
    journal?: InvalidationJournal,
  ) {
    super();
    const { maxLocalEntries, maxLocalBytes, callTimeoutMs, encryptionKeys } = options;
    const local = new LocalTier({ maxEntries: maxLocalEntries, maxBytes: maxLocalBytes });
    const { emit } = this.#events;
    const gate = new StoreGate(callTimeoutMs, (isOpen) => this.#link?.gateChanged(isOpen));
    const shared = redis && sharedTier(redis, gate);
    this.#tiers = new CacheTiers(
      local,
      new TagTable(),
      shared,
      new InvalidationDebts(journal),
      emit,
    );
    if (shared !== undefined) {
      this.#link = linkOf(shared, this.#tiers, emit);
      this.#tiers.attach(this.#link);
    }
    const { random } = Math;
    this.#surroundings = {
      ...{ tiers: this.#tiers, clock, encryptionKeys, random },
      ...{ hotKeys: this.#hotKeys, emit },
    };
  }

  /** Follows the invalidations of other instances from now on; waits at most `waitMs` for the first proof of it. */
  async start(waitMs = 1_000): Promise<void> {
    await this.#link?.start(waitMs);
    if (this.#link === undefined) return;
    // Before anything is served out of Redis that somebody who is gone had invalidated.
    await within(waitMs, this.#sweep()).catch(() => undefined);
    this.#sweeping = setInterval(() => void this.#sweep(), SWEEP_EVERY_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    await this.#tiers.close();
  }

  async #sweep(): Promise<void> {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    try {
      await this.#tiers.settleOfOthers();
    } catch (error) {
      this.#faults.report('settling of owed invalidations', error);
    } finally {
      this.#isSweeping = false;
    }
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

  override hotKeys(limit: number): readonly HotKey[] {
    return this.#hotKeys.top(limit);
  }

  override link(): CacheLink {
    return this.#tiers.linkState();
  }

  override overrideTtl(name: string, ttlMs: number | undefined): void {
    this.#registry.overrideTtl(name, ttlMs);
  }

  override newTtlMs(name: string): number {
    return this.#registry.newTtlMs(name);
  }

  override invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#tiers.drop(tags.map(tagName));
  }

  override invalidateNamespace(namespace: CacheNamespace): Promise<void> {
    return this.#tiers.drop([namespaceTagName(namespace)]);
  }

  override invalidateAll(): Promise<void> {
    return this.#tiers.drop([EVERYTHING]);
  }

  override async invalidatePattern(namespace: CacheNamespace, pattern: string): Promise<number> {
    // What is being loaded here may match as well, and be known to nobody else.
    this.#tiers.outdateSearches();
    const dropped = new Set<string>();
    const drop = async (names: readonly string[]): Promise<void> => {
      for (const name of names) dropped.add(name);
      for (let i = 0; i < names.length; i += MATCH_BATCH) {
        await this.#tiers.drop(names.slice(i, i + MATCH_BATCH));
      }
    };
    const here = this.#tiers.local.keys(namespace).filter((key) => matchesKey(pattern, key));
    await drop(here.map((key) => `${namespace}:${key}`));
    for await (const names of this.#tiers.match(namespace, pattern)) await drop(names);
    return dropped.size;
  }

  override onEvent(listener: (event: CacheEvent) => void): () => void {
    return this.#events.on(listener);
  }
}

function sharedTier(
  { connections, keys }: { readonly connections: RedisConnections; readonly keys: KeyBuilder },
  gate: StoreGate,
): SharedTier {
  const log = new InvalidationLog(connections, keys);
  const store = new RedisCacheStore(connections, keys, log.settledChannel);
  return { log, store, gate, reads: new ReadBatch(store, gate) };
}

function linkOf(
  { log, gate, store }: SharedTier,
  tiers: CacheTiers,
  emit: (event: CacheEvent) => void,
): CoherenceLink {
  return new CoherenceLink(
    log,
    gate,
    {
      drop: (names) => tiers.dropHere(names),
      dropAll: () => tiers.dropAllHere(),
      reset: () => tiers.reset(),
      settleOwed: () => tiers.settleOwed(),
      settled: (name) => tiers.waiters.settled(name),
      readClocks: () => store.readClocks(),
      serversOf: () => store.servers(),
    },
    emit,
  );
}
