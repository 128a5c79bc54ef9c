import type { Clock } from '../../kernel/clock.js';
import type { CacheEntries, Prepared } from './cache-entries.js';
import type { CacheTiers } from './cache-tiers.js';
import type { Slot, Write } from './slot.js';
import type { FleetLoader } from './loading/fleet-loader.js';

/** At a time: more would hold each other up until they are taken for lost. */
const MAX_WRITES = 200;

/** The changes that owners make to a cache, as against what its readers find. */
export class CacheWriter<Params, Value> {
  constructor(
    private readonly entries: CacheEntries<Params, Value>,
    private readonly tiers: CacheTiers,
    private readonly loader: FleetLoader<Params, Value>,
    private readonly clock: Clock,
  ) {}

  async set(values: readonly (readonly [Params, Value])[]): Promise<void> {
    const writtenAtMs = this.clock.nowMs();
    const keyed = values.map(([params, value]) => ({
      params,
      key: this.entries.key(params),
      // First of all: what cannot be kept changes nothing.
      prepared: this.entries.prepare(value),
    }));
    const names = keyed.map(({ key, params }) => this.entries.slot(key, params).name);
    // What is being looked for began before these values were known: it must not overwrite them.
    this.tiers.dropHere(names);
    const placed = keyed.map((one) => ({ ...one, slot: this.entries.slot(one.key, one.params) }));
    // Readers here have them from this step on, whatever becomes of the store.
    for (const { slot, prepared } of placed) this.entries.keepHere(slot, prepared, writtenAtMs);
    if (!this.tiers.isShared) return;
    for (let i = 0; i < placed.length; i += MAX_WRITES) {
      const part = placed.slice(i, i + MAX_WRITES);
      const writes = part.map(({ slot, prepared }) => this.#write(slot, prepared, writtenAtMs));
      await this.tiers.put(await Promise.all(writes));
    }
    const tookMs = this.clock.nowMs() - writtenAtMs;
    for (const { slot, prepared } of placed) {
      if (!this.tiers.isCurrent(slot)) continue;
      // Who had to ask the store meanwhile may have brought the older value from there.
      const aged = { ...prepared, freshMs: prepared.freshMs - tookMs };
      this.entries.keepHere(this.tiers.supersede(slot), aged, writtenAtMs);
    }
  }

  async refresh(
    params: readonly Params[],
    load: () => Promise<readonly (Value | undefined)[]>,
  ): Promise<void> {
    const keyed = params.map((one) => ({ params: one, key: this.entries.key(one) }));
    const names = keyed.map(({ key, params: of }) => this.entries.slot(key, of).name);
    // Whoever looks already, or refreshes, asked the source before us.
    this.tiers.outdateSearches(names);
    const wanted = keyed.map(({ params: of, key }) => {
      const slot = this.entries.slot(key, of);
      return { params: of, slot, stored: undefined, stale: undefined };
    });
    const loaded = await Promise.all(
      this.loader.obtain({ wanted, load, whenTaken: 'take', acceptsNothing: true }),
    );
    const stored = await Promise.all(loaded.map((one) => one.stored));
    const told = wanted.filter((_, i) => stored[i] === true);
    await this.tiers.tellOthers(told.map(({ slot }) => slot.name));
  }

  async delete(params: readonly Params[]): Promise<void> {
    await this.tiers.drop(params.map((one) => this.entries.slot(this.entries.key(one), one).name));
  }

  async #write(slot: Slot, prepared: Prepared<Value>, writtenAtMs: number): Promise<Write> {
    const { ttlMs, policy } = this.entries;
    const token = this.tiers.newToken();
    const nothing = { slot, token: undefined, entry: undefined };
    const versions = await this.tiers.ensureVersions(slot, ttlMs + policy.graceMs);
    if (versions === undefined) return nothing;
    const lease = await this.tiers.lease(slot, { token, versions, force: true });
    if (lease === undefined || lease === 'away') return nothing;
    return { slot, token, entry: this.entries.entry(slot, prepared, versions, writtenAtMs) };
  }
}
