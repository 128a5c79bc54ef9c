import type { Clock } from '../../kernel/clock.js';
import type { Cache, CacheStatistics, Load, LoadContext, LoadMany, ReadOptions } from './cache.js';
import { CacheCounters } from './cache-counters.js';
import type { CacheDefinition } from './cache-definition.js';
import { CacheEntries, type CacheSurroundings, type Found } from './cache-entries.js';
import type { CacheTiers, Slot, StoredEntry } from './cache-tiers.js';
import type { HotKeys } from './hot-keys.js';
import { BackgroundRefresh } from './loading/background-refresh.js';
import { FleetLoader, type Wanted } from './loading/fleet-loader.js';
import { Flights, join } from './loading/flight.js';
import { CacheWriter } from './cache-writer.js';
import type { LocalIndex, LocalTier, LocalValue } from './local/local-tier.js';

export interface HybridSurroundings extends CacheSurroundings {
  readonly clock: Clock;
  readonly hotKeys: HotKeys;
}

/** One key of a batch that is to be found, for itself and for all who join it. */
interface Asked<Params, Value> {
  readonly params: Params;
  readonly key: string;
  readonly slot: Slot;
  readonly resolve: (value: Value | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** One declared cache over both tiers. */
export class HybridCache<Params, Value> implements Cache<Params, Value> {
  readonly #tiers: CacheTiers;
  readonly #local: LocalTier;
  readonly #index: LocalIndex;
  readonly #keyOf: (params: Params) => string;
  readonly #strict: boolean;
  readonly #hotKeys: HotKeys;
  readonly #entries: CacheEntries<Params, Value>;
  readonly #counters: CacheCounters;
  readonly #loader: FleetLoader<Params, Value>;
  readonly #writer: CacheWriter<Params, Value>;
  readonly #refresh: BackgroundRefresh;
  readonly #flights = new Flights<Value | undefined>();
  readonly #requiredFlights = new Flights<Value | undefined>();

  constructor(definition: CacheDefinition<Params, Value>, surroundings: HybridSurroundings) {
    const { name, namespace, strict = false } = definition;
    const { tiers, clock } = surroundings;
    this.#tiers = tiers;
    this.#local = tiers.local;
    this.#strict = strict;
    this.#hotKeys = surroundings.hotKeys;
    this.#counters = new CacheCounters(name, namespace);
    this.#entries = new CacheEntries(definition, surroundings, this.#counters);
    this.#keyOf = (params) => this.#entries.key(params);
    this.#index = this.#entries.index;
    this.#loader = new FleetLoader(this.#entries, tiers, this.#counters, clock);
    this.#writer = new CacheWriter(this.#entries, tiers, this.#loader, clock);
    this.#refresh = new BackgroundRefresh(name);
  }

  statistics(): CacheStatistics {
    return this.#counters.statistics(this.#entries.ttlMs);
  }

  overrideTtl(ttlMs: number | undefined): void {
    this.#entries.overrideTtl(ttlMs);
  }

  get(params: Params): Promise<Value | undefined> {
    const key = this.#keyOf(params);
    const held = this.#findLocal(key);
    if (held !== undefined) return held.answer as Promise<Value | undefined>;
    return this.#getStored(key, params).then((found) => found?.value);
  }

  async getMany(params: readonly Params[]): Promise<(Value | undefined)[]> {
    return Promise.all(params.map((one) => this.get(one)));
  }

  async exists(params: Params): Promise<boolean> {
    return (await this.#look(params)) !== undefined;
  }

  async ttlMs(params: Params): Promise<number | undefined> {
    const found = await this.#look(params);
    return found && found.leftMs;
  }

  getOrSet(params: Params, load: Load<Value>, options?: ReadOptions): Promise<Value> {
    const key = this.#keyOf(params);
    const held = this.#findLocal(key);
    // A remembered "nothing" is no answer here: this source always has something.
    if (held !== undefined && held.value !== undefined) {
      if (performance.now() >= held.refreshAtMs) this.#refreshBehind(key, params, load);
      return held.answer as Promise<Value>;
    }
    return this.#search(key, params, load, true, options) as Promise<Value>;
  }

  getOrSetOptional(
    params: Params,
    load: Load<Value | undefined>,
    options?: ReadOptions,
  ): Promise<Value | undefined> {
    const key = this.#keyOf(params);
    const held = this.#findLocal(key);
    if (held !== undefined) {
      if (performance.now() >= held.refreshAtMs) this.#refreshBehind(key, params, load);
      return held.answer as Promise<Value | undefined>;
    }
    return this.#search(key, params, load, false, options);
  }

  getOrSetMany(
    params: readonly Params[],
    load: LoadMany<Params, Value>,
    options?: ReadOptions,
  ): Promise<(Value | undefined)[]> {
    const asked: Asked<Params, Value>[] = [];
    const answers = params.map((one) => {
      const key = this.#keyOf(one);
      const held = this.#findLocal(key);
      if (held !== undefined) {
        if (performance.now() >= held.refreshAtMs) this.#refreshBehind(key, one, single(load, one));
        return held.answer as Promise<Value | undefined>;
      }
      let flight = this.#flights.get(key, (slot) => this.#tiers.isCurrent(slot));
      if (flight === undefined) {
        const slot = this.#entries.slot(key, one);
        flight = this.#flights.start(
          key,
          slot,
          () =>
            new Promise((resolve, reject) => {
              asked.push({ params: one, key, slot, resolve, reject });
            }),
        );
      } else this.#counters.coalesced += 1;
      return join(flight, options?.signal);
    });
    if (asked.length > 0) void this.#findAll(asked, load);
    return Promise.all(answers);
  }

  set(params: Params, value: Value): Promise<void> {
    return this.setMany([[params, value]]);
  }

  setMany(entries: readonly (readonly [Params, Value])[]): Promise<void> {
    return this.#writer.set(entries);
  }

  refresh(
    params: readonly Params[],
    load: () => Promise<readonly (Value | undefined)[]>,
  ): Promise<void> {
    return this.#writer.refresh(params, load);
  }

  delete(params: Params): Promise<void> {
    return this.deleteMany([params]);
  }

  deleteMany(params: readonly Params[]): Promise<void> {
    return this.#writer.delete(params);
  }

  /** A local value that may be served at this moment. */
  #findLocal(key: string): LocalValue | undefined {
    const held = this.#local.get(this.#index, key);
    if (held === undefined) return undefined;
    const nowMs = performance.now();
    if (nowMs >= held.freshUntilMs || nowMs >= this.#tiers.servesLocalUntilMs(this.#strict)) {
      return undefined;
    }
    this.#counters.localHits += 1;
    this.#hotKeys.count(this.#entries.name, key);
    return held;
  }

  async #getStored(key: string, params: Params): Promise<Found<Value> | undefined> {
    const slot = this.#entries.slot(key, params);
    const { found } = await this.#entries.read(key, slot);
    return this.#counted(key, found?.isFresh === true ? found : undefined);
  }

  async #look(params: Params): Promise<{ readonly leftMs: number } | undefined> {
    const key = this.#keyOf(params);
    const held = this.#findLocal(key);
    if (held !== undefined) return { leftMs: held.freshUntilMs - performance.now() };
    const found = await this.#getStored(key, params);
    return found && { leftMs: this.#entries.freshMs(found) };
  }

  #search(
    key: string,
    params: Params,
    load: Load<Value | undefined>,
    required: boolean,
    options: ReadOptions | undefined,
  ): Promise<Value | undefined> {
    const flights = required ? this.#requiredFlights : this.#flights;
    const known = flights.get(key, (slot) => this.#tiers.isCurrent(slot));
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
      if (this.#entries.isOld(found)) this.#refreshBehind(key, params, load);
      return found.value;
    }
    this.#counted(key, undefined);
    const stale = this.#stale(key, found);
    const wanted = { params, key, slot, stored, stale };
    return this.#orStale(wanted, () => {
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
            this.#refreshBehind(one.key, one.params, single(load, one.params));
          }
          one.resolve(found.value);
        } else {
          this.#counted(one.key, undefined);
          missing.push({ ...one, stored, stale: this.#stale(one.key, found) });
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
        void this.#orStale(one, () => answer.then(({ value }) => value)).then(
          one.resolve,
          one.reject,
        );
      }
    } catch (error) {
      // Those that have their answer already take no notice.
      for (const { reject } of asked) reject(error);
    }
  }

  /** What the source says; an ended value where it fails, or is slower than the soft time-out. */
  async #orStale(
    { key, stale }: Wanted<Params, Value>,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    if (stale === undefined) return load();
    if (this.#refresh.failedLately(key)) return this.#serveStale(stale);
    const loading = load().catch((error: unknown) => {
      this.#refresh.rememberFailure(key, error);
      return this.#serveStale(stale);
    });
    const { softTimeoutMs } = this.#entries.policy;
    if (softTimeoutMs === Infinity) return loading;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Value | undefined>((resolve) => {
      timer = setTimeout(() => resolve(this.#serveStale(stale)), softTimeoutMs);
    });
    return Promise.race([loading, late]).finally(() => clearTimeout(timer));
  }

  #serveStale({ value }: Found<Value>): Value | undefined {
    this.#counters.staleServed += 1;
    return value;
  }

  /** An ended value that may step in: the later one of both tiers. */
  #stale(key: string, stored: Found<Value> | undefined): Found<Value> | undefined {
    if (this.#entries.policy.graceMs === 0) return undefined;
    const found = stored ?? this.#entries.localAnyway(key);
    return found?.value === undefined ? undefined : found;
  }

  /** Asks the source again behind an answer, unless this or another process does so already. */
  #refreshBehind(key: string, params: Params, load: Load<Value | undefined>): void {
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

  #counted(key: string, found: Found<Value> | undefined): Found<Value> | undefined {
    if (found === undefined) this.#counters.misses += 1;
    else this.#counters.remoteHits += 1;
    this.#hotKeys.count(this.#entries.name, key);
    return found;
  }
}

function single<Params, Value>(
  load: LoadMany<Params, Value>,
  params: Params,
): Load<Value | undefined> {
  return async (context) => (await load([params], context))[0];
}
