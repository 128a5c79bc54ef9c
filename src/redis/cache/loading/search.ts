import type { Load, LoadContext, LoadMany, ReadOptions } from '../cache.js';
import type { CacheCounters } from '../cache-counters.js';
import type { CacheEntries, Found, Place, Reading } from '../cache-entries.js';
import type { CacheTiers } from '../cache-tiers.js';
import type { HotKeys } from '../hot-keys.js';
import { BackgroundRefresh } from './background-refresh.js';
import type { FleetLoader, Wanted } from './fleet-loader.js';
import { allAbandoned, Flights, gaveUp, type Flight } from './flight.js';
import { Grace } from './grace.js';

/** A key that is read. */
interface Request<Params> {
  readonly key: string;
  readonly params: Params;
}

/** One key of a batch that is to be loaded, for itself and for all who join it. */
interface Asked<Params, Value> extends Wanted<Params, Value> {
  readonly flight: Flight<Value | undefined>;
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
    return (await this.storedMany([{ key, params }]))[0];
  }

  /** {@link stored} for many, in one round trip. */
  async storedMany(wanted: readonly Request<Params>[]): Promise<(Found<Value> | undefined)[]> {
    if (wanted.length === 0) return [];
    const readings = await this.#entries.read(this.#places(wanted));
    return readings.map(({ found }, i) =>
      this.#counted(wanted[i]?.key ?? '', found?.isFresh === true ? found : undefined),
    );
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
      return known.join(options?.signal);
    }
    const slot = this.#entries.slot(key, params);
    const flight = flights.start(key, slot, (own) =>
      this.#find({ key, params, slot }, load, required, own),
    );
    return flight.join(options?.signal);
  }

  /**
   * A batch: one round trip for all, one load for what is missing. What others look for already, or the batch itself
   * asks for twice, is waited for.
   */
  async many(
    requests: readonly Request<Params>[],
    load: LoadMany<Params, Value>,
    options: ReadOptions | undefined,
  ): Promise<(Value | undefined)[]> {
    const { signal } = options ?? {};
    if (signal?.aborted === true) return gaveUp(signal);
    const answers: (Value | undefined)[] = requests.map(() => undefined);
    const waits: Promise<void>[] = [];
    const wait = (flight: Flight<Value | undefined>, at: number): void => {
      const answer = flight.join(signal);
      waits.push(answer.then((value) => void (answers[at] = value)));
    };
    const asked: Asked<Params, Value>[] = [];
    const places = this.#places(requests);
    const readings = await this.#entries.read(places);
    for (const [at, { stored, found }] of readings.entries()) {
      const { key, params } = requests[at] as Request<Params>;
      if (found?.isFresh === true) {
        this.#counted(key, found);
        if (this.#entries.isOld(found)) this.behind(key, params, single(load, params));
        answers[at] = found.value;
        continue;
      }
      const known = this.#flights.get(key);
      if (known !== undefined) {
        this.#counters.coalesced += 1;
        wait(known, at);
        continue;
      }
      this.#counted(key, undefined);
      const { slot } = places[at] as Place;
      wait(this.#ask(asked, { key, params, slot, stored, found }), at);
    }
    if (asked.length > 0) this.#loadAll(asked, load);
    await Promise.all(waits);
    return answers;
  }

  /** Asks the source again behind an answer, unless this or another process does so already. */
  behind(key: string, params: Params, load: Load<Value | undefined>): void {
    this.#refresh.run(key, async () => {
      const slot = this.#entries.slot(key, params);
      const [reading] = await this.#entries.read([{ key, slot }]);
      const { stored, found } = reading as Reading<Value>;
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
    place: Request<Params> & Place,
    load: Load<Value | undefined>,
    required: boolean,
    flight: Flight<Value | undefined>,
  ): Promise<Value | undefined> {
    const { key, params } = place;
    try {
      const [reading] = await this.#entries.read([place]);
      const { stored, found } = reading as Reading<Value>;
      if (found?.isFresh === true && !(required && found.value === undefined)) {
        this.#counted(key, found);
        if (this.#entries.isOld(found)) this.behind(key, params, load);
        return found.value;
      }
      this.#counted(key, undefined);
      const stale = this.#grace.staleOf(key, found);
      const instead = this.#grace.insteadOf(key, stale);
      if (instead !== undefined) return instead.value;
      const wanted = { ...place, stored, stale };
      return await this.#grace.orStale({ key, stale, flight }, () =>
        this.#loadOne(wanted, load, required, flight),
      );
    } finally {
      (required ? this.#requiredFlights : this.#flights).land(key, flight);
    }
  }

  #loadOne(
    wanted: Wanted<Params, Value>,
    load: Load<Value | undefined>,
    required: boolean,
    flight: Flight<Value | undefined>,
  ): Promise<Value | undefined> {
    const [loaded] = this.#loader.obtain({
      wanted: [wanted],
      load: async (_, context) => [await load(context)],
      abandoned: allAbandoned([flight]),
      whenTaken: 'wait',
      acceptsNothing: !required,
    });
    return (loaded as NonNullable<typeof loaded>).then(({ value }) => value);
  }

  /** Begins the search for one of a batch; {@link #loadAll} ends it. */
  #ask(
    asked: Asked<Params, Value>[],
    { key, params, slot, stored, found }: Request<Params> & Place & Reading<Value>,
  ): Flight<Value | undefined> {
    const stale = this.#grace.staleOf(key, found);
    return this.#flights.start(key, slot, (flight) => {
      const answer = new Promise<Value | undefined>((resolve, reject) => {
        const instead = this.#grace.insteadOf(key, stale);
        if (instead !== undefined) resolve(instead.value);
        else asked.push({ params, key, slot, stored, stale, flight, resolve, reject });
      });
      return answer.finally(() => this.#flights.land(key, flight));
    });
  }

  /** One load for all. */
  #loadAll(asked: readonly Asked<Params, Value>[], load: LoadMany<Params, Value>): void {
    const loaded = this.#loader.obtain({
      wanted: asked,
      load: (wanted, context) =>
        load(
          wanted.map(({ params }) => params),
          context,
        ),
      abandoned: allAbandoned(asked.map(({ flight }) => flight)),
      whenTaken: 'wait',
      acceptsNothing: true,
    });
    for (const [i, one] of asked.entries()) {
      const answer = loaded[i] as (typeof loaded)[number];
      const value = answer.then((loaded) => loaded.value);
      // Where a load is under way already, that one is waited for, and nobody takes the end of this one.
      value.catch(() => undefined);
      void this.#grace.orStale(one, () => value).then(one.resolve, one.reject);
    }
  }

  #places(requests: readonly Request<Params>[]): Place[] {
    return requests.map(({ key, params }) => ({ key, slot: this.#entries.slot(key, params) }));
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
