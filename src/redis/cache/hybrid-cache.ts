import { Logger } from '@nestjs/common';
import type { Clock } from '../../kernel/clock.js';
import type { KeyRing } from '../../kernel/secret-box.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { BackgroundRefresh } from './background-refresh.js';
import type { Cache, CacheStatistics } from './cache.js';
import { CacheCounters } from './cache-counters.js';
import type { CacheDefinition } from './cache-definition.js';
import type { StoredEntry } from './cache-store.js';
import type { Asked, Found, Kept, Wanted } from './cache-steps.js';
import type { CacheTiers } from './cache-tiers.js';
import { EntryCodec } from './entry-codec.js';
import type { Slot } from './local-tier.js';
import { SingleFlight } from './single-flight.js';
import { tagKey } from './tag-key.js';

/** What all caches of a process have in common. */
export interface CacheSurroundings {
  readonly tiers: CacheTiers;
  readonly keys: KeyBuilder;
  readonly clock: Clock;
  readonly encryptionKeys: KeyRing;
}

/** One declared cache over both tiers. */
export class HybridCache<Params, Value> implements Cache<Params, Value> {
  readonly #logger = new Logger('Cache');
  readonly #definition: CacheDefinition<Params, Value>;
  readonly #tiers: CacheTiers;
  readonly #keys: KeyBuilder;
  readonly #clock: Clock;
  readonly #codec: EntryCodec<Value>;
  readonly #counters: CacheCounters;
  readonly #refresh: BackgroundRefresh;
  readonly #loads = new SingleFlight<Value>();
  readonly #optionalLoads = new SingleFlight<Value | undefined>();

  constructor(definition: CacheDefinition<Params, Value>, surroundings: CacheSurroundings) {
    const { name, namespace, schema, encrypt, refreshAfterMs } = definition;
    this.#definition = definition;
    this.#tiers = surroundings.tiers;
    this.#keys = surroundings.keys;
    this.#clock = surroundings.clock;
    const encryption = encrypt === true ? surroundings.encryptionKeys : undefined;
    this.#codec = new EntryCodec(name, schema, encryption);
    this.#counters = new CacheCounters(name, namespace);
    this.#refresh = new BackgroundRefresh(name, refreshAfterMs ?? Infinity, this.#clock);
  }

  statistics(): CacheStatistics {
    return this.#counters.statistics();
  }

  async get(params: Params): Promise<Value | undefined> {
    const key = this.#key(params);
    const local = this.#findLocal(key);
    if (local !== undefined) return local.value;
    const slot = this.#slot(key, params);
    return this.#decode(slot, await this.#tiers.read(slot))?.value;
  }

  async getOrSet(params: Params, load: () => Promise<Value>): Promise<Value> {
    const key = this.#key(params);
    const local = this.#findLocal(key);
    if (local?.value !== undefined) {
      this.#refreshIfOld(local, params, load);
      return local.value;
    }
    const slot = this.#slot(key, params);
    const fetch = async (): Promise<Value> => {
      const stored = await this.#tiers.read(slot);
      // A remembered "nothing" is no answer here: this source always has something.
      const found = this.#decode(slot, stored);
      if (found?.value !== undefined) {
        this.#refreshIfOld(found, params, load);
        return found.value;
      }
      const tagVersions = await this.#tagVersions(slot, stored);
      const askedAtMs = this.#clock.nowMs();
      const loaded = await this.#counters.load(load);
      return this.#keepValue(slot, loaded, tagVersions, askedAtMs).value;
    };
    return this.#loads.run(key, fetch, () => this.#tiers.isCurrent(slot));
  }

  async getOrSetOptional(
    params: Params,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    const [value] = await this.getOrSetMany([params], async () => [await load()]);
    return value;
  }

  async getOrSetMany(
    params: readonly Params[],
    load: (missing: readonly Params[]) => Promise<readonly (Value | undefined)[]>,
  ): Promise<(Value | undefined)[]> {
    const wanted: Wanted<Params, Value>[] = [];
    const answers = params.map((one) => {
      const key = this.#key(one);
      const local = this.#findLocal(key);
      if (local !== undefined) {
        this.#refreshIfOld(local, one, async () => (await load([one]))[0]);
        return Promise.resolve(local.value);
      }
      const slot = this.#slot(key, one);
      const begin = (): Promise<Value | undefined> =>
        new Promise((resolve, reject) => {
          wanted.push({ params: one, slot, resolve, reject });
        });
      return this.#optionalLoads.run(key, begin, () => this.#tiers.isCurrent(slot));
    });
    if (wanted.length > 0) void this.#find(wanted, load);
    return Promise.all(answers);
  }

  async set(params: Params, value: Value): Promise<void> {
    const key = this.#key(params);
    // Loads under way began before this value was known: they must not overwrite it.
    this.#tiers.dropHere([key]);
    const slot = this.#slot(key, params);
    const tagVersions = await this.#tiers.tagVersions(slot, this.#definition.ttlMs);
    await this.#keepValue(slot, value, tagVersions, this.#clock.nowMs()).written;
    await this.#tiers.tellOthers([key]);
  }

  async refresh(
    params: readonly Params[],
    load: () => Promise<readonly (Value | undefined)[]>,
  ): Promise<void> {
    const unread = { text: undefined, tagVersions: [] };
    const asked = params.map((one) => ({ slot: this.#slot(this.#key(one), one), stored: unread }));
    const kept = await this.#loadAll(asked, load);
    await Promise.all(kept.map(({ written }) => written));
    const told = asked.filter(({ slot }) => this.#tiers.isCurrent(slot));
    if (told.length > 0) await this.#tiers.tellOthers(told.map(({ slot }) => slot.key));
  }

  async delete(params: Params): Promise<void> {
    await this.#tiers.drop([this.#key(params)]);
  }

  /** Reads the batch in one round trip, loads in one call what is not there, and tells all who wait. */
  async #find(
    wanted: readonly Wanted<Params, Value>[],
    load: (missing: readonly Params[]) => Promise<readonly (Value | undefined)[]>,
  ): Promise<void> {
    try {
      const stored = await this.#tiers.readAll(wanted.map(({ slot }) => slot));
      const missing: (Wanted<Params, Value> & Asked)[] = [];
      for (const [i, one] of wanted.entries()) {
        const entry = stored?.[i];
        const found = this.#decode(one.slot, entry);
        if (found === undefined) {
          missing.push({ ...one, stored: entry });
          continue;
        }
        this.#refreshIfOld(found, one.params, async () => (await load([one.params]))[0]);
        one.resolve(found.value);
      }
      if (missing.length === 0) return;
      const kept = await this.#loadAll(missing, () => load(missing.map(({ params }) => params)));
      for (const [i, one] of missing.entries()) one.resolve(kept[i]?.value);
    } catch (error) {
      // Those that have their answer already take no notice.
      for (const { reject } of wanted) reject(error);
    }
  }

  #findLocal(key: string): Found<Value> | undefined {
    const local = this.#tiers.getLocal(key);
    if (local === undefined) return undefined;
    this.#counters.localHits += 1;
    return { value: local.value as Value | undefined, writtenAtMs: local.writtenAtMs };
  }

  /** Asks the source again behind the answer; another instance may have done so already. */
  #refreshIfOld(found: Found<Value>, params: Params, load: () => Promise<Value | undefined>): void {
    if (found.value === undefined || !this.#refresh.isDue(found.writtenAtMs)) return;
    const key = this.#key(params);
    this.#refresh.run(key, async () => {
      const slot = this.#slot(key, params);
      const stored = await this.#tiers.read(slot);
      const newer = this.#decode(slot, stored);
      if (newer !== undefined && !this.#refresh.isDue(newer.writtenAtMs)) return;
      this.#counters.refreshes += 1;
      const [kept] = await this.#loadAll([{ slot, stored }], async () => [await load()]);
      await kept?.written;
    });
  }

  /** Asks the source for all, and keeps each answer unless it was invalidated since its slot was taken. */
  async #loadAll(
    asked: readonly Asked[],
    load: () => Promise<readonly (Value | undefined)[]>,
  ): Promise<Kept<Value | undefined>[]> {
    const versions = await Promise.all(
      asked.map(({ slot, stored }) => this.#tagVersions(slot, stored)),
    );
    const askedAtMs = this.#clock.nowMs();
    const loaded = await this.#counters.load(load);
    return asked.map(({ slot }, i) => {
      const value = loaded[i];
      if (value !== undefined) return this.#keepValue(slot, value, versions[i], askedAtMs);
      return { value, written: this.#keepNothing(slot, versions[i], askedAtMs) };
    });
  }

  #decode(slot: Slot, stored: StoredEntry | undefined): Found<Value> | undefined {
    const entry = stored && this.#codec.decode(slot.key, stored);
    const ttlMs = this.#ttlMs(entry?.value);
    const writtenAtMs = (entry?.expiresAtMs ?? 0) - ttlMs;
    if (entry === undefined || !this.#tiers.isTrusted(writtenAtMs)) {
      this.#counters.misses += 1;
      return undefined;
    }
    this.#counters.remoteHits += 1;
    // The writer's clock may differ from ours: trusted to shorten an entry's life here, never to
    // prolong it.
    const leftMs = Math.min(entry.expiresAtMs - this.#clock.nowMs(), ttlMs);
    this.#tiers.putLocal(slot, entry.value, leftMs, writtenAtMs);
    return { value: entry.value, writtenAtMs };
  }

  #keepValue(
    slot: Slot,
    loaded: Value,
    tagVersions: readonly string[] | undefined,
    askedAtMs: number,
  ): Kept<Value> {
    const text = this.#codec.stringify(loaded);
    const checked = this.#codec.readBack(text);
    if (checked === undefined) {
      this.#logger.error(
        `${this.#definition.name}: a value breaks the cache's own schema; not cached`,
      );
      return { value: loaded, written: this.#tiers.drop([slot.key]) };
    }
    const written = this.#keep(slot, checked.value, text, tagVersions, askedAtMs);
    return { value: checked.value, written };
  }

  async #keepNothing(
    slot: Slot,
    tagVersions: readonly string[] | undefined,
    askedAtMs: number,
  ): Promise<void> {
    if (this.#definition.negativeTtlMs === undefined) return;
    await this.#keep(slot, undefined, undefined, tagVersions, askedAtMs);
  }

  async #keep(
    slot: Slot,
    value: Value | undefined,
    text: string | undefined,
    tagVersions: readonly string[] | undefined,
    askedAtMs: number,
  ): Promise<void> {
    const ttlMs = this.#ttlMs(value);
    if (ttlMs < 1) return;
    this.#tiers.putLocal(slot, value, ttlMs, askedAtMs);
    // Without the versions from before the load nobody could tell later whether a tag was dropped
    // meanwhile.
    if (tagVersions === undefined) return;
    const entry = this.#codec.encode(slot.key, text, this.#clock.nowMs() + ttlMs, tagVersions);
    await this.#tiers.write(slot, entry, ttlMs);
  }

  /** Whole milliseconds; below 1: not to be kept. */
  #ttlMs(value: Value | undefined): number {
    const { ttlMs, negativeTtlMs = 0 } = this.#definition;
    if (value === undefined) return negativeTtlMs;
    return Math.floor(Math.min(ttlMs, this.#definition.ttlMsOf?.(value) ?? ttlMs));
  }

  /**
   * Those that came with the read, completed where a tag had none; undefined when the store was not
   * to be asked.
   */
  async #tagVersions(
    slot: Slot,
    stored: StoredEntry | undefined,
  ): Promise<readonly string[] | undefined> {
    const known = stored?.tagVersions.filter((version) => version !== undefined);
    if (known === undefined || known.length === slot.tagKeys.length) return known;
    return this.#tiers.tagVersions(slot, this.#definition.ttlMs);
  }

  #key(params: Params): string {
    return this.#keys.key('cache', this.#definition.namespace, this.#definition.key(params));
  }

  #slot(key: string, params: Params): Slot {
    const tags = this.#definition.tags?.(params) ?? [];
    return this.#tiers.slot(
      key,
      tags.map((tag) => tagKey(this.#keys, tag)),
    );
  }
}
