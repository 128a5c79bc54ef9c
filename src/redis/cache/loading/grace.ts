import type { CacheCounters } from '../cache-counters.js';
import type { CacheEntries, Found } from '../cache-entries.js';
import type { Slot } from '../slot.js';
import type { BackgroundRefresh } from './background-refresh.js';

/** Ended values that step in for a source that fails, or is slow. */
export class Grace<Params, Value> {
  readonly #running = new Map<
    string,
    { readonly writtenAtMs: number; readonly answer: Promise<Value | undefined> }
  >();

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

  /** An ended value that serves better than another try: its source failed moments ago. */
  insteadOf(key: string, stale: Found<Value> | undefined): Found<Value> | undefined {
    if (stale === undefined || !this.refresh.failedLately(key)) return undefined;
    this.counters.staleServed += 1;
    return stale;
  }

  /** What the source says; an ended value where it fails, or is slower than the soft time-out. */
  async orStale(
    { slot, stale }: { readonly slot: Slot; readonly stale: Found<Value> | undefined },
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    if (stale === undefined) return load();
    const { key } = slot;
    const running = this.#running.get(key);
    // After an invalidation there is no such ended value any more, and what is loading for it is not joined.
    const answer =
      running?.writtenAtMs === stale.writtenAtMs ? running.answer : this.#begin(key, stale, load);
    const { softTimeoutMs } = this.entries.policy;
    if (softTimeoutMs === Infinity) return answer;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Value | undefined>((resolve) => {
      timer = setTimeout(() => resolve(this.#serve(stale)), softTimeoutMs);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  /** Goes on when its first reader has been served: those who come then wait for the same load. */
  #begin(
    key: string,
    stale: Found<Value>,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    const answer = load()
      .catch((error: unknown) => {
        this.refresh.rememberFailure(key, error);
        return this.#serve(stale);
      })
      .finally(() => {
        if (this.#running.get(key)?.answer === answer) this.#running.delete(key);
      });
    this.#running.set(key, { writtenAtMs: stale.writtenAtMs, answer });
    return answer;
  }

  #serve({ value }: Found<Value>): Value | undefined {
    this.counters.staleServed += 1;
    return value;
  }
}
