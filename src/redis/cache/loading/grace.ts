import type { CacheCounters } from '../cache-counters.js';
import type { CacheEntries, Found } from '../cache-entries.js';
import type { BackgroundRefresh } from './background-refresh.js';

/** Ended values that step in for a source that fails, or is slow. */
export class Grace<Params, Value> {
  constructor(
    private readonly entries: CacheEntries<Params, Value>,
    private readonly counters: CacheCounters,
    private readonly refresh: BackgroundRefresh,
  ) {}

  /** One that may step in: what the store has, or else the process. */
  staleOf(key: string, stored: Found<Value> | undefined): Found<Value> | undefined {
    if (this.entries.policy.graceMs === 0) return undefined;
    const found = stored ?? this.entries.localAnyway(key);
    return found?.value === undefined ? undefined : found;
  }

  /** What the source says; an ended value where it fails, or is slower than the soft time-out. */
  async orStale(
    { key, stale }: { readonly key: string; readonly stale: Found<Value> | undefined },
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    if (stale === undefined) return load();
    if (this.refresh.failedLately(key)) return this.#serve(stale);
    const loading = load().catch((error: unknown) => {
      this.refresh.rememberFailure(key, error);
      return this.#serve(stale);
    });
    const { softTimeoutMs } = this.entries.policy;
    if (softTimeoutMs === Infinity) return loading;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Value | undefined>((resolve) => {
      timer = setTimeout(() => resolve(this.#serve(stale)), softTimeoutMs);
    });
    return Promise.race([loading, late]).finally(() => clearTimeout(timer));
  }

  #serve({ value }: Found<Value>): Value | undefined {
    this.counters.staleServed += 1;
    return value;
  }
}
