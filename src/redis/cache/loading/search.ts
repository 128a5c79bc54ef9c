import type { Load, LoadContext, LoadMany, ReadOptions } from '../cache.js';
import type { CacheCounters } from '../cache-counters.js';
import type { CacheEntries, Found } from '../cache-entries.js';
import type { CacheTiers } from '../cache-tiers.js';
import type { EntryReader, Reading } from '../entry-reader.js';
import type { HotKeys } from '../hot-keys.js';
import type { Slot } from '../slot.js';
import { BackgroundRefresh } from './background-refresh.js';
import type { FleetLoader, Wanted } from './fleet-loader.js';
import { allAbandoned, Flights, gaveUp, type Flight } from './flight.js';
import { Grace } from './grace.js';

/** One key of a batch that is to be loaded, for itself and for all who join it. */
interface Asked<Params, Value> extends Wanted<Params, Value> {
  readonly flight: Flight<Value | undefined>;
  readonly resolve: (value: Value | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** What happens to a read that the process itself cannot answer: the store is asked, and then the source. */
export class Search<Params, Value> {
  readonly #entries: CacheEntries<Params, Value>;
  readonly #reader: EntryReader<Params, Value>;
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
    reader: EntryReader<Params, Value>,
    tiers: CacheTiers,
    counters: CacheCounters,
    loader: FleetLoader<Params, Value>,
    hotKeys: HotKeys,
  ) {
    this.#entries = entries;
    this.#reader = reader;
    this.#counters = counters;
    this.#loader = loader;
    this.#hotKeys = hotKeys;
    this.#refresh = new BackgroundRefresh(entries.name);
    this.#grace = new Grace(entries, counters, this.#refresh);
    this.#flights = new Flights((slot) => tiers.isCurrent(slot));
    this.#requiredFlights = new Flights((slot) => tiers.isCurrent(slot));
  }

  /** A fresh value of the store. */
  async stored(slot: Slot): Promise<Found<Value> | undefined> {
    const { found } = await this.#reader.one(slot);
    return this.#counted(slot, found?.isFresh === true ? found : undefined);
  }

  /**
   * {@link stored} for many, in one round trip.
   * @param onValue told of what is there, by its place in `slots`
   */
  async storedMany(
    slots: readonly Slot[],
    onValue: (at: number, value: Value | undefined) => void,
  ): Promise<void> {
    await this.#reader.many(
      slots,
      (at, found) => onValue(at, this.#counted(slots[at] as Slot, found)?.value),
      (at) => void this.#counted(slots[at] as Slot, undefined),
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
    const flight = flights.start(key, slot, (own) => this.#find(slot, params, load, required, own));
    return flight.join(options?.signal);
  }

  /**
   * A batch: one round trip for all, one load for what is missing. What others look for already, or the batch itself
   * asks for twice, is waited for.
   * @param slots of one moment; `paramsAt` answers by their places
   * @param onValue told of each answer, by its place in `slots`
   */
  async many(
    slots: readonly Slot[],
    paramsAt: (at: number) => Params,
    load: LoadMany<Params, Value>,
    onValue: (at: number, value: Value | undefined) => void,
    options: ReadOptions | undefined,
  ): Promise<void> {
    const { signal } = options ?? {};
    if (signal?.aborted === true) return gaveUp(signal);
    const missing: { readonly at: number; readonly reading: Reading<Value> }[] = [];
    await this.#reader.many(
      slots,
      (at, found) => {
        const slot = slots[at] as Slot;
        this.#counted(slot, found);
        if (this.#entries.isOld(found)) {
          this.behind(slot.key, paramsAt(at), single(load, paramsAt(at)));
        }
        onValue(at, found.value);
      },
      (at, reading) => missing.push({ at, reading }),
    );
    if (missing.length === 0) return;
    const waits: Promise<void>[] = [];
    const asked: Asked<Params, Value>[] = [];
    for (const { at, reading } of missing) {
      const slot = slots[at] as Slot;
      const { stored, found } = reading;
      const known = this.#flights.get(slot.key);
      if (known === undefined) this.#counted(slot, undefined);
      else this.#counters.coalesced += 1;
      const flight =
        known ?? this.#ask(asked, { slot, params: paramsAt(at), stored, stale: found });
      waits.push(flight.join(signal).then((value) => onValue(at, value)));
    }
    if (asked.length > 0) this.#loadAll(asked, load);
    await Promise.all(waits);
  }

  /** Asks the source again behind an answer, unless this or another process does so already. */
  behind(key: string, params: Params, load: Load<Value | undefined>): void {
    this.#refresh.run(key, async () => {
      const slot = this.#entries.slot(key, params);
      const { stored, found } = await this.#reader.one(slot);
      if (found?.isFresh === true && !this.#entries.isOld(found)) return;
      this.#counters.refreshes += 1;
      const [loaded] = this.#loader.obtain({
        wanted: [{ params, slot, stored, stale: found }],
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
    slot: Slot,
    params: Params,
    load: Load<Value | undefined>,
    required: boolean,
    flight: Flight<Value | undefined>,
  ): Promise<Value | undefined> {
    const { key } = slot;
    try {
      const reading = await this.#reader.one(slot);
      const { found } = reading;
      if (found?.isFresh === true && !(required && found.value === undefined)) {
        this.#counted(slot, found);
        if (this.#entries.isOld(found)) this.behind(key, params, load);
        return found.value;
      }
      this.#counted(slot, undefined);
      const stale = this.#grace.staleOf(key, found);
      const instead = this.#grace.insteadOf(key, stale);
      if (instead !== undefined) return instead.value;
      const wanted = { slot, params, stored: reading.stored, stale };
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
  #ask(asked: Asked<Params, Value>[], wanted: Wanted<Params, Value>): Flight<Value | undefined> {
    const { slot } = wanted;
    const stale = this.#grace.staleOf(slot.key, wanted.stale);
    return this.#flights.start(slot.key, slot, (flight) => {
      const answer = new Promise<Value | undefined>((resolve, reject) => {
        const instead = this.#grace.insteadOf(slot.key, stale);
        if (instead !== undefined) resolve(instead.value);
        else asked.push({ ...wanted, stale, flight, resolve, reject });
      });
      return answer.finally(() => this.#flights.land(slot.key, flight));
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
      void this.#grace
        .orStale({ ...one, key: one.slot.key }, () => value)
        .then(one.resolve, one.reject);
    }
  }

  #counted(slot: Slot, found: Found<Value> | undefined): Found<Value> | undefined {
    if (found === undefined) this.#counters.misses += 1;
    else this.#counters.remoteHits += 1;
    this.#hotKeys.count(this.#entries.name, slot.key);
    return found;
  }
}

export function single<Params, Value>(
  load: LoadMany<Params, Value>,
  params: Params,
): Load<Value | undefined> {
  return async (context) => (await load([params], context))[0];
}
