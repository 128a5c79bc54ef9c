import { Logger } from '@nestjs/common';
import type { CacheEvent, CacheStatistics } from './cache.js';
import type { LocalUsage } from './local/local-tier.js';
import type { CacheNamespace } from './cache-definition.js';

/** What one cache did since the process started. */
export class CacheCounters {
  localHits = 0;
  remoteHits = 0;
  misses = 0;
  staleServed = 0;
  coalesced = 0;
  awaited = 0;
  refreshes = 0;
  refused = 0;
  unreadable = 0;
  readonly local: LocalUsage = { entries: 0, bytes: 0, evictions: 0 };
  #loads = 0;
  #loadErrors = 0;
  #loadMs = 0;

  constructor(
    private readonly name: string,
    private readonly namespace: CacheNamespace,
    private readonly emit: (event: CacheEvent) => void,
  ) {}

  /** Runs, counts and times a load. */
  async load<T>(load: () => Promise<T>): Promise<T> {
    const startedAtMs = performance.now();
    this.#loads += 1;
    try {
      return await load();
    } catch (error) {
      this.#loadErrors += 1;
      throw error;
    } finally {
      const tookMs = performance.now() - startedAtMs;
      this.#loadMs += tookMs;
      this.emit({ type: 'load', cache: this.name, namespace: this.namespace, tookMs });
    }
  }

  /** A source's own value breaks the schema: a mistake of ours, not of who asks. */
  misshapen(): void {
    new Logger('Cache').error({
      message: 'a value breaks the schema of its own cache; not cached',
      cache: this.name,
    });
  }

  /** @param ttls as they are at this moment */
  statistics(ttls: Pick<CacheStatistics, 'declaredTtlMs' | 'ttlMs'>): CacheStatistics {
    const { name, namespace, localHits, remoteHits, misses, staleServed } = this;
    const { coalesced, awaited, refreshes, refused, unreadable, local } = this;
    return {
      ...{ name, namespace, localHits, remoteHits, misses, staleServed },
      loads: this.#loads,
      loadErrors: this.#loadErrors,
      loadMs: this.#loadMs,
      ...{ coalesced, awaited, refreshes, refused, unreadable },
      evictions: local.evictions,
      localEntries: local.entries,
      localBytes: local.bytes,
      declaredTtlMs: ttls.declaredTtlMs,
      ttlMs: ttls.ttlMs,
    };
  }
}
