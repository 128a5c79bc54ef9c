import { AppError } from '../../../kernel/app-error.js';
import type { Clock } from '../../../kernel/clock.js';
import type { LoadContext } from '../cache.js';
import type { CacheCounters } from '../cache-counters.js';
import type { CacheEntries, Found, Prepared } from '../cache-entries.js';
import type { CacheTiers } from '../cache-tiers.js';
import type { EntryReader } from '../entry-reader.js';
import type { Slot, StoredEntry } from '../slot.js';
import { areComplete } from '../store/tag-versions.js';
import { LEASE_ALIVE_MS } from '../store/redis.cache-store.js';

/** One key that is to be loaded. */
export interface Wanted<Params, Value> {
  readonly params: Params;
  readonly slot: Slot;
  /** What the store has of it, for the versions of its tags. */
  readonly stored: StoredEntry | undefined;
  /** Ended, but still good when the source fails. */
  readonly stale: Found<Value> | undefined;
}

export interface LoadRequest<Params, Value> {
  readonly wanted: readonly Wanted<Params, Value>[];
  /** Answers in the order of what it is asked for. */
  readonly load: (
    missing: readonly Wanted<Params, Value>[],
    context: LoadContext,
  ) => Promise<readonly (Value | undefined)[]>;
  /** All readers have given up. */
  readonly abandoned?: AbortSignal;
  /** What to do where another process loads already: wait for it, leave it to it, or load all the same. */
  readonly whenTaken: 'wait' | 'skip' | 'take';
  /** Whether a remembered "nothing" of another process is an answer. */
  readonly acceptsNothing: boolean;
}

/** undefined in `value`: there is nothing. */
export interface Loaded<Value> {
  readonly value: Value | undefined;
  /** Settles when the store has it, or could not take it. Never rejects. */
  readonly stored: Promise<boolean>;
}

const RENEW_MS = LEASE_ALIVE_MS / 3;
/** Who waits for another process is told when it is done; should that go missing, he looks himself. */
const LOOK_AGAIN_MS = LEASE_ALIVE_MS / 4;
/** The same for a process that is told nothing at this moment. */
const LOOK_AGAIN_DEAF_MS = 25;
const DONE = Promise.resolve(true);

interface Held<Params, Value> extends Wanted<Params, Value> {
  /** undefined: the store is away, nobody to share with. */
  readonly token: string | undefined;
  readonly versions: string | undefined;
}

/**
 * Asks the source, once in the whole fleet: who gets the lease of a key loads it, all others wait until they are
 * told that it is there. A holder that dies is replaced after {@link LEASE_ALIVE_MS}; one that lost his lease,
 * because the key was invalidated or replaced meanwhile, gives his readers what he has, and it is stored nowhere.
 */
export class FleetLoader<Params, Value> {
  constructor(
    private readonly entries: CacheEntries<Params, Value>,
    private readonly reader: EntryReader<Params, Value>,
    private readonly tiers: CacheTiers,
    private readonly counters: CacheCounters,
    private readonly clock: Clock,
  ) {}

  /** One promise per wanted key, in their order. Keys that others load do not hold up those that are loaded here. */
  obtain(request: LoadRequest<Params, Value>): Promise<Loaded<Value>>[] {
    const deadlineMs = performance.now() + this.entries.policy.hardTimeoutMs;
    const begun = this.#begin(request, request.wanted, deadlineMs);
    return request.wanted.map((_, i) =>
      begun.then((answers) => answers[i] as Promise<Loaded<Value>>),
    );
  }

  /** Takes the leases, loads what it got, and waits for the rest. */
  async #begin(
    request: LoadRequest<Params, Value>,
    wanted: readonly Wanted<Params, Value>[],
    deadlineMs: number,
  ): Promise<Promise<Loaded<Value>>[]> {
    const askedAtMs = performance.now();
    const leased = await Promise.all(wanted.map((one) => this.#lease(request, one)));
    const held = leased.filter((one) => typeof one === 'object' && 'versions' in one);
    const loading = held.length > 0 ? this.#load(request, held, deadlineMs) : undefined;
    return leased.map((one, i) => {
      if (one === 'taken') {
        return this.#whereTaken(request, wanted[i] as Wanted<Params, Value>, askedAtMs, deadlineMs);
      }
      if (!('versions' in one)) return Promise.resolve({ value: one.value, stored: DONE });
      const place = held.indexOf(one);
      return (loading as Promise<Loaded<Value>[]>).then((all) => all[place] as Loaded<Value>);
    });
  }

  async #lease(
    { whenTaken, acceptsNothing }: LoadRequest<Params, Value>,
    wanted: Wanted<Params, Value>,
  ): Promise<Held<Params, Value> | Found<Value> | 'taken'> {
    const { slot, stored } = wanted;
    // Who could not be asked for the entry is not asked for a lease: a reader waits for the store once.
    const isAway = stored === undefined && whenTaken !== 'take';
    if (isAway || !this.tiers.isShared) return { ...wanted, token: undefined, versions: undefined };
    const token = this.tiers.newToken();
    // Before the source is asked: an invalidation meanwhile wins.
    const versions = await this.#versions(wanted);
    if (versions === undefined) return { ...wanted, token: undefined, versions };
    const request = { token, versions, force: whenTaken === 'take' };
    const lease = await this.tiers.lease(slot, request);
    if (lease === 'away') return { ...wanted, token: undefined, versions: undefined };
    if (lease === undefined) return 'taken';
    // Somebody may have been done between our look and our lease.
    if (lease.stored !== null && whenTaken !== 'take') {
      const found = this.reader.take(slot, { text: lease.stored, versions, tagsRead: [] });
      if (found?.isFresh === true && (acceptsNothing || found.value !== undefined)) {
        if (found.writtenAtMs !== wanted.stale?.writtenAtMs) {
          void this.tiers.settle(slot, token, undefined);
          return found;
        }
      }
    }
    return { ...wanted, token, versions };
  }

  async #versions({ slot, stored }: Wanted<Params, Value>): Promise<string | undefined> {
    if (stored !== undefined && areComplete(stored.versions, slot.tags.length)) {
      return stored.versions;
    }
    const { ttlMs, policy } = this.entries;
    return (await this.tiers.ensureVersions([slot], ttlMs + policy.graceMs))[0];
  }

  async #load(
    request: LoadRequest<Params, Value>,
    held: readonly Held<Params, Value>[],
    deadlineMs: number,
  ): Promise<Loaded<Value>[]> {
    const renewal = setInterval(() => {
      for (const { slot, token } of held) if (token) void this.tiers.renew(slot, token);
    }, RENEW_MS).unref();
    const askedAtMs = this.clock.nowMs();
    try {
      const { values, ttlMs } = await this.#ask(request, held, deadlineMs);
      const prepared = held.map((_, i) => this.entries.prepare(values[i], ttlMs));
      return held.map((one, i) => {
        const kept = prepared[i] as Prepared<Value>;
        const isUpdate =
          request.whenTaken === 'take' && (values[i] !== undefined || kept.freshMs > 0);
        // Readers may be loading since before: what they find must not overwrite this here.
        const slot = isUpdate ? this.tiers.supersede(one.slot) : one.slot;
        this.entries.keepHere(slot, kept, askedAtMs);
        const stored = this.#store(request, one, kept, askedAtMs);
        if (request.whenTaken !== 'take' || !this.tiers.isShared)
          return { value: kept.value, stored };
        return { value: kept.value, stored: this.#settleHere(stored, slot, isUpdate && kept) };
      });
    } catch (error) {
      for (const { slot, token } of held) {
        if (token) void this.tiers.settle(slot, token, undefined);
      }
      throw error;
    } finally {
      clearInterval(renewal);
    }
  }

  /** The source's answers; an AppError `cache.load_timeout` when they take too long. */
  async #ask(
    { load, abandoned }: LoadRequest<Params, Value>,
    held: readonly Held<Params, Value>[],
    deadlineMs: number,
  ): Promise<{ values: readonly (Value | undefined)[]; ttlMs: number | undefined }> {
    const stop = new AbortController();
    const signal = abandoned ? AbortSignal.any([stop.signal, abandoned]) : stop.signal;
    let ttlMs: number | undefined;
    const context: LoadContext = {
      signal,
      setTtlMs: (goodForMs) => {
        ttlMs = Math.min(ttlMs ?? Infinity, goodForMs);
      },
    };
    const late = loadTimeout(this.entries.name);
    const timer = setTimeout(() => stop.abort(late), Math.max(0, deadlineMs - performance.now()));
    try {
      // While the lease was waited for.
      signal.throwIfAborted();
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
      const values = await this.counters.load(() => Promise.race([load(held, context), aborted]));
      return { values, ttlMs };
    } finally {
      clearTimeout(timer);
    }
  }

  async #store(
    { whenTaken }: LoadRequest<Params, Value>,
    { slot, token, versions }: Held<Params, Value>,
    prepared: Prepared<Value>,
    askedAtMs: number,
  ): Promise<boolean> {
    const replaces = whenTaken === 'take';
    if (token === undefined) {
      if (replaces) this.tiers.owe([slot.name]);
      return true;
    }
    const entry =
      versions === undefined ? undefined : this.entries.entry(slot, prepared, versions, askedAtMs);
    const held = await this.tiers.settle(slot, token, entry);
    if (held === false) {
      this.counters.refused += 1;
      // The message of what made it worthless may be on its way still.
      this.tiers.dropHere([slot.name]);
      return false;
    }
    const isStored = held === true && (entry !== undefined || prepared.value === undefined);
    // It was to replace what is there, and could not be kept itself.
    if (replaces && !isStored) this.tiers.owe([slot.name]);
    return true;
  }

  /** Who had to ask the store meanwhile may have brought the older value from there, and be about to keep it. */
  async #settleHere(
    stored: Promise<boolean>,
    slot: Slot,
    kept: Prepared<Value> | false,
  ): Promise<boolean> {
    const keptAtMs = this.clock.nowMs();
    const isGood = await stored;
    // Whatever became of it in the store: it is newer than what is there.
    if (kept !== false && isGood && this.tiers.isCurrent(slot)) {
      const aged = { ...kept, freshMs: kept.freshMs - (this.clock.nowMs() - keptAtMs) };
      this.entries.keepHere(this.tiers.supersede(slot), aged, keptAtMs);
    } else this.tiers.dropHere([slot.name]);
    return isGood;
  }

  async #whereTaken(
    request: LoadRequest<Params, Value>,
    wanted: Wanted<Params, Value>,
    askedAtMs: number,
    deadlineMs: number,
  ): Promise<Loaded<Value>> {
    if (request.whenTaken === 'skip') return { value: wanted.stale?.value, stored: DONE };
    request.abandoned?.throwIfAborted();
    const { slot } = wanted;
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) throw loadTimeout(this.entries.name);
    const waitMs = this.tiers.hearsOthers ? LOOK_AGAIN_MS : LOOK_AGAIN_DEAF_MS;
    await this.tiers.waiters.wait(slot.name, askedAtMs, Math.min(leftMs, waitMs));
    const { stored, found } = await this.reader.one(slot);
    if (found?.isFresh === true && (request.acceptsNothing || found.value !== undefined)) {
      this.counters.awaited += 1;
      return { value: found.value, stored: DONE };
    }
    const [answer] = await this.#begin(request, [{ ...wanted, stored }], deadlineMs);
    return answer as Promise<Loaded<Value>>;
  }
}

function loadTimeout(cacheName: string): AppError {
  return new AppError(
    'unavailable',
    'cache.load_timeout',
    `The source of ${cacheName} took too long to answer.`,
  );
}
