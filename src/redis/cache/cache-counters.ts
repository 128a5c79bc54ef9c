import type { CacheStatistics } from './cache.js';
import type { CacheNamespace } from './cache-definition.js';

/** What one cache did since the process started. */
export class CacheCounters {
  localHits = 0;
  remoteHits = 0;
  misses = 0;
  refreshes = 0;
  #loads = 0;
  #loadErrors = 0;
  #loadMs = 0;

  constructor(
    private readonly name: string,
    private readonly namespace: CacheNamespace,
  ) {}

  /** Runs and counts a load. */
  async load<T>(load: () => Promise<T>): Promise<T> {
    const startedAtMs = performance.now();
    this.#loads += 1;
    try {
      return await load();
    } catch (error) {
      this.#loadErrors += 1;
      throw error;
    } finally {
      this.#loadMs += performance.now() - startedAtMs;
    }
  }

  statistics(): CacheStatistics {
    const { name, namespace, localHits, remoteHits, misses, refreshes } = this;
    return {
      name,
      namespace,
      localHits,
      remoteHits,
      misses,
      loads: this.#loads,
      loadErrors: this.#loadErrors,
      loadMs: this.#loadMs,
      refreshes,
    };
  }
}
