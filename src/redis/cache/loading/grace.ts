import type { CacheCounters } from '../cache-counters.js';
import type { CacheEntries, Found } from '../cache-entries.js';
import type { BackgroundRefresh } from './background-refresh.js';

/** A search whose source may fail. */
interface Wanting<Value> {
  readonly key: string;
  readonly stale: Found<Value> | undefined;
  readonly flight: { readonly isAbandoned: boolean };
}

interface Answer<Value> {
  readonly value: Value | undefined;
  readonly isStale: boolean;
}

interface Running<Value> {
  readonly writtenAtMs: number;
  readonly flight: Wanting<Value>['flight'];
  readonly answer: Promise<Answer<Value>>;
}

/** Ended values that step in for a source that fails, or is slow. */
export class Grace<Params, Value> {
  readonly #running = new Map<string, Running<Value>>();

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
    { key, stale, flight }: Wanting<Value>,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    if (stale === undefined) return load();
    const wanting = { key, stale, flight };
    const running = this.#joinable(key, stale);
    const answer =
      running === undefined ? this.#begin(wanting, load) : this.#join(running, wanting, load);
    const { value, isStale } = await this.#inTime(answer, stale);
    if (isStale) this.counters.staleServed += 1;
    return value;
  }

  #joinable(key: string, { writtenAtMs }: Found<Value>): Running<Value> | undefined {
    const running = this.#running.get(key);
    // After an invalidation there is no such ended value any more, and what is loading for it is not joined.
    if (running?.writtenAtMs !== writtenAtMs) return undefined;
    return running.flight.isAbandoned ? undefined : running;
  }

  /** A load that ends because its own readers gave up says nothing of the source: it is asked again. */
  async #join(
    running: Running<Value>,
    wanting: Wanting<Value> & { readonly stale: Found<Value> },
    load: () => Promise<Value | undefined>,
  ): Promise<Answer<Value>> {
    const answer = await running.answer;
    return answer.isStale && running.flight.isAbandoned ? this.#begin(wanting, load) : answer;
  }

  #inTime(answer: Promise<Answer<Value>>, { value }: Found<Value>): Promise<Answer<Value>> {
    const { softTimeoutMs } = this.entries.policy;
    if (softTimeoutMs === Infinity) return answer;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answer<Value>>((resolve) => {
      timer = setTimeout(() => resolve({ value, isStale: true }), softTimeoutMs);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  /** Goes on when its first reader has been served: those who come then wait for the same load. */
  #begin(
    { key, stale, flight }: Wanting<Value> & { readonly stale: Found<Value> },
    load: () => Promise<Value | undefined>,
  ): Promise<Answer<Value>> {
    const answer = load()
      .then((value) => ({ value, isStale: false }))
      .catch((error: unknown) => {
        // Who gave up says nothing about the source.
        if (!flight.isAbandoned) this.refresh.rememberFailure(key, error);
        return { value: stale.value, isStale: true };
      })
      .finally(() => {
        if (this.#running.get(key)?.answer === answer) this.#running.delete(key);
      });
    this.#running.set(key, { writtenAtMs: stale.writtenAtMs, flight, answer });
    return answer;
  }
}
