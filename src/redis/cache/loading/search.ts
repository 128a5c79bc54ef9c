import type { Load, LoadContext, LoadMany, ReadOptions } from '../cache.js';
import type { CacheCounters } from '../cache-counters.js';
import type { CacheEntries, Found } from '../cache-entries.js';
import type { CacheTiers } from '../cache-tiers.js';
import type { HotKeys } from '../hot-keys.js';
import type { Slot, StoredEntry } from '../slot.js';
import { BackgroundRefresh } from './background-refresh.js';
import type { FleetLoader, Wanted } from './fleet-loader.js';
import { Flights, gaveUp, join } from './flight.js';
import { Grace } from './grace.js';

/** One key of a batch that is to be found, for itself and for all who join it. */
interface Asked<Params, Value> {
  readonly params: Params;
  readonly key: string;
  readonly slot: Slot;
  readonly resolve: (value: Value | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** What happens to a read that the process itself cannot answer: the store is asked, and then the source. */
export class Search<Params, Value> {
  readonly #entries: CacheEntries<Params, Value>;
  readonly #counters: CacheCounters;
  readonly #loader: FleetLoader<Params, Value>;
  readonly #hotKeys: HotKeys;
  readonly #refresh: BackgroundRefresh;
  readonly #grace: Grace<Params, Value>;
  readonly #flights: Flights<Value | undefined>;
  /** Of those who take no "nothing" for an answer. */
  readonly #requiredFlights: Flights<Value | undefined>;

  constructor(
    entries: CacheEntries<Params, Value>,
    tiers: CacheTiers,
    counters: CacheCounters,
    loader: FleetLoader<Params, Value>,
    hotKeys: HotKeys,
  ) {
    this.#entries = entries;
    this.#counters = counters;
    this.#loader = loader;
    this.#hotKeys = hotKeys;
    this.#refresh = new BackgroundRefresh(entries.name);
    this.#grace = new Grace(entries, counters, this.#refresh);
    this.#flights = new Flights((slot) => tiers.isCurrent(slot));
    this.#requiredFlights = new Flights((slot) => tiers.isCurrent(slot));
  }

  /** A fresh value of the store. */
  async stored(key: string, params: Params): Promise<Found<Value> | undefined> {
    const slot = this.#entries.slot(key, params);
    const { found } = await this.#entries.read(key, slot);
    return this.#counted(key, found?.isFresh === true ? found : undefined);
  }

  /** @param required a remembered "nothing" is no answer */
  one(
    key: string,
    params: Params,
    load: Load<Value | undefined>,
    required: boolean,
    options: ReadOptions | undefined,
  ): Promise<Value | undefined> {
    if (options?.signal?.aborted === true) return gaveUp(options.signal);
    const flights = required ? this.#requiredFlights : this.#flights;
    const known = flights.get(key);
    if (known !== undefined) {
      this.#counters.coalesced += 1;
      return join(known, options?.signal);
    }
    const slot = this.#entries.slot(key, params);
    const started = flights.start(key, slot, (abandoned) =>
      this.#find({ key, params, slot }, load, required, abandoned),
    );
    return join(started, options?.signal);
  }

  /** Those of a batch that the process does not have; what others look for already is waited for. */
  many(
    missing: readonly { readonly key: string; readonly params: Params }[],
    load: LoadMany<Params, Value>,
    options: ReadOptions | undefined,
  ): Promise<Value | undefined>[] {
    const { signal } = options ?? {};
    if (signal?.aborted === true) return missing.map(() => gaveUp(signal));
    const asked: Asked<Params, Value>[] = [];
    const answers = missing.map(({ key, params }) => {
      const known = this.#flights.get(key);
      if (known !== undefined) {
        this.#counters.coalesced += 1;
        return join(known, signal);
      }
      const slot = this.#entries.slot(key, params);
      const search = (): Promise<Value | undefined> =>
        new Promise((resolve, reject) => {
          asked.push({ params, key, slot, resolve, reject });
        });
      return join(this.#flights.start(key, slot, search), signal);
    });
    if (asked.length > 0) void this.#findAll(asked, load);
    return answers;
  }

  /** Asks the source again behind an answer, unless this or another process does so already. */
  behind(key: string, params: Params, load: Load<Value | undefined>): void {
    this.#refresh.run(key, async () => {
      const slot = this.#entries.slot(key, params);
      const { stored, found } = await this.#entries.read(key, slot);
      if (found?.isFresh === true && !this.#entries.isOld(found)) return;
      this.#counters.refreshes += 1;
      const [loaded] = this.#loader.obtain({
        wanted: [{ params, key, slot, stored, stale: found }],
        load: async (_: unknown, context: LoadContext) => [await load(context)],
        whenTaken: 'skip',
        acceptsNothing: true,
      });
      await (
        await loaded
      )?.stored;
    });
  }

  /** From the store, or else from the source. */
  async #find(
    { key, params, slot }: { key: string; params: Params; slot: Slot },
    load: Load<Value | undefined>,
    required: boolean,
    abandoned: AbortSignal,
  ): Promise<Value | undefined> {
    const { stored, found } = await this.#entries.read(key, slot);
    const isAnswer = found !== undefined && !(required && found.value === undefined);
    if (isAnswer && found.isFresh) {
      this.#counted(key, found);
      if (this.#entries.isOld(found)) this.behind(key, params, load);
      return found.value;
    }
    this.#counted(key, undefined);
    const stale = this.#grace.staleOf(key, found);
    const instead = this.#grace.insteadOf(key, stale);
    if (instead !== undefined) return instead.value;
    const wanted = { params, key, slot, stored, stale };
    return this.#grace.orStale(wanted, () => {
      const [loaded] = this.#loader.obtain({
        wanted: [wanted],
        load: async (_, context) => [await load(context)],
        abandoned,
        whenTaken: 'wait',
        acceptsNothing: !required,
      });
      return (loaded as NonNullable<typeof loaded>).then(({ value }) => value);
    });
  }

  /** Reads the batch in one round trip, loads in one call what is not there, and tells all who wait. */
  async #findAll(
    asked: readonly Asked<Params, Value>[],
    load: LoadMany<Params, Value>,
  ): Promise<void> {
    try {
      const read = await Promise.all(asked.map(({ key, slot }) => this.#entries.read(key, slot)));
      const missing: (Asked<Params, Value> & Wanted<Params, Value>)[] = [];
      for (const [i, one] of asked.entries()) {
        const { stored, found } = read[i] as { stored?: StoredEntry; found?: Found<Value> };
        if (found?.isFresh === true) {
          this.#counted(one.key, found);
          if (this.#entries.isOld(found)) {
            this.behind(one.key, one.params, single(load, one.params));
          }
          one.resolve(found.value);
        } else {
          this.#counted(one.key, undefined);
          const stale = this.#grace.staleOf(one.key, found);
          const instead = this.#grace.insteadOf(one.key, stale);
          if (instead !== undefined) one.resolve(instead.value);
          else missing.push({ ...one, stored, stale });
        }
      }
      if (missing.length === 0) return;
      const loaded = this.#loader.obtain({
        wanted: missing,
        load: (wanted, context) =>
          load(
            wanted.map(({ params }) => params),
            context,
          ),
        whenTaken: 'wait',
        acceptsNothing: true,
      });
      for (const [i, one] of missing.entries()) {
        const answer = loaded[i] as (typeof loaded)[number];
        void this.#grace
          .orStale(one, () => answer.then(({ value }) => value))
          .then(one.resolve, one.reject);
      }
    } catch (error) {
      // Those that have their answer already take no notice.
      for (const { reject } of asked) reject(error);
    }
  }

  #counted(key: string, found: Found<Value> | undefined): Found<Value> | undefined {
    if (found === undefined) this.#counters.misses += 1;
    else this.#counters.remoteHits += 1;
    this.#hotKeys.count(this.#entries.name, key);
    return found;
  }
}

export function single<Params, Value>(
  load: LoadMany<Params, Value>,
  params: Params,
): Load<Value | undefined> {
  return async (context) => (await load([params], context))[0];
}
