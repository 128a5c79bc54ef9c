import type { Clock } from '../../kernel/clock.js';
import type { CacheEntries, Prepared } from './cache-entries.js';
import type { CacheTiers } from './cache-tiers.js';
import { partsOf, type Slot, type Write } from './slot.js';
import type { FleetLoader } from './loading/fleet-loader.js';

/** At a time, as one message tells of: more would keep Redis busy with one script. */
const MAX_WRITES = 500;
/** Of their texts: more would not arrive in time, and hold up who reads behind it. */
const MAX_CHARACTERS = 1_000_000;

interface Placed<Value> {
  readonly slot: Slot;
  readonly prepared: Prepared<Value>;
}

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
    const all = values.map(([params, value]) => ({
      params,
      key: this.entries.key(params),
      // First of all: what cannot be kept changes nothing.
      prepared: this.entries.prepare(value),
    }));
    // Of one key that is there twice, the last.
    const keyed = [...new Map(all.map((one) => [one.key, one])).values()];
    const names = keyed.map(({ key, params }) => this.entries.slot(key, params).name);
    // What is being looked for began before these values were known: it must not overwrite them.
    this.tiers.dropHere(names);
    const placed = keyed.map((one) => ({ ...one, slot: this.entries.slot(one.key, one.params) }));
    // Readers here have them from this step on, whatever becomes of the store.
    for (const { slot, prepared } of placed) this.entries.keepHere(slot, prepared, writtenAtMs);
    if (!this.tiers.isShared) return;
    for (let i = 0; i < placed.length; i += MAX_WRITES) {
      const part = placed.slice(i, i + MAX_WRITES);
      for (const writes of partsOf(await this.#writes(part, writtenAtMs), MAX_CHARACTERS)) {
        await this.tiers.put(writes);
      }
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
    await Promise.all(loaded.map((one) => one.stored));
    // Of what was not stored as well: it is newer than what others have, whatever became of it.
    await this.tiers.tellOthers(names);
  }

  async delete(params: readonly Params[]): Promise<void> {
    await this.tiers.drop(params.map((one) => this.entries.slot(this.entries.key(one), one).name));
  }

  async #writes(placed: readonly Placed<Value>[], writtenAtMs: number): Promise<Write[]> {
    const { ttlMs, policy } = this.entries;
    const slots = placed.map(({ slot }) => slot);
    const versions = await this.tiers.ensureVersions(slots, ttlMs + policy.graceMs);
    return placed.map(({ slot, prepared }, i) => {
      const under = versions[i];
      const isStorable = under !== undefined;
      return {
        slot,
        entry: isStorable ? this.entries.entry(slot, prepared, under, writtenAtMs) : undefined,
      };
    });
  }
}
