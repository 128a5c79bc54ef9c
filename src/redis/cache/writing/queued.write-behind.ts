import { isDeepStrictEqual } from 'node:util';
import { SECOND_MS } from '../../../kernel/duration.js';
import type {
  ClaimedWrite,
  PendingFigures,
  PendingWrite,
  PendingWrites,
} from '../../../kernel/pending-writes.js';
import type { KeyRing } from '../../../kernel/secret-box.js';
import { settlesWithin } from '../../../kernel/deadline.js';
import type { Cache } from '../cache.js';
import { PayloadCodec, type Payload } from './payload-codec.js';
import type {
  FlushResult,
  WriteBehind,
  WriteBehindStatistics,
  WriteSource,
} from './write-behind.js';
import {
  writeBehindPolicy,
  type Durability,
  type WriteBehindDefinition,
  type WriteBehindPolicy,
} from './write-behind-definition.js';
import { WriteFlusher } from './write-flusher.js';
import { WriteIntake } from './write-intake.js';

const FLUSH_WITHIN_MS = 30 * SECOND_MS;
const FIGURES_WITHIN_MS = SECOND_MS;

/** Writes wait in a {@link PendingWrites}; which one, decides what a crash leaves of them. */
export class QueuedWriteBehind<Params, Value> implements WriteBehind<Params, Value> {
  readonly #name: string;
  readonly #durability: Durability;
  readonly #cache: Cache<Params, Value>;
  readonly #pending: PendingWrites;
  readonly #source: WriteSource<Params, Value>;
  readonly #codec: PayloadCodec<Params, Value>;
  readonly #policy: WriteBehindPolicy;
  readonly #intake: WriteIntake;
  readonly #flusher: WriteFlusher;
  #acknowledged = 0;
  #refused = 0;
  #isStopping = false;

  /** @throws AppError `cache.invalid_definition` (internal) */
  constructor(
    definition: WriteBehindDefinition<Params, Value>,
    cache: Cache<Params, Value>,
    pending: PendingWrites,
    source: WriteSource<Params, Value>,
    encryptionKeys: KeyRing,
  ) {
    const policy = writeBehindPolicy(definition);
    const { name, durability } = definition;
    this.#name = name;
    this.#durability = durability;
    this.#cache = cache;
    this.#pending = pending;
    this.#source = source;
    this.#policy = policy;
    this.#codec = new PayloadCodec(name, definition.cache, encryptionKeys);
    this.#flusher = new WriteFlusher({
      ...policy,
      name,
      pending,
      isShared: durability === 'journaled',
      apply: (writes, signal) => this.#apply(writes, signal),
      onFlushed: (writes) => this.#dropOlder(writes),
    });
    this.#intake = new WriteIntake({
      ...policy,
      name,
      maxWriters: policy.maxPending,
      keep: (writes) => {
        const { maxPending, flushEveryMs } = policy;
        return pending.put(name, writes, { maxPending, delayMs: Math.floor(flushEveryMs / 2) });
      },
      publish: (writes) => this.#publish(writes),
      onFull: () => this.#flusher.hurry(),
    });
  }

  /** Looks for what processes before this one left. */
  start(): void {
    if (this.#durability === 'journaled') this.#flusher.wake(0);
  }

  async write(params: Params, value: Value): Promise<void> {
    const key = this.#codec.keyOf(params);
    const payload = this.#codec.encode(key, { params, value });
    try {
      await this.#intake.add({ key, payload });
    } catch (error) {
      this.#refused += 1;
      throw error;
    }
    this.#acknowledged += 1;
    this.#flusher.wake(this.#policy.flushEveryMs / 2);
    // The last flush is over or under way: nobody else would come for this one.
    if (this.#isStopping) await this.#flusher.flushAll(this.#policy.writeTimeoutMs);
  }

  getOrSet(params: Params, load: () => Promise<Value>): Promise<Value> {
    return this.#cache.getOrSet(params, async () => {
      const waiting = await this.#findWaiting(params);
      return waiting === undefined ? load() : waiting.value;
    });
  }

  async flush(): Promise<FlushResult> {
    const before = this.#flusher.counts.flushed;
    await this.#flusher.flushAll(FLUSH_WITHIN_MS);
    const { pending } = await this.#pending.figures(this.#name);
    return { flushed: this.#flusher.counts.flushed - before, pending };
  }

  async statistics(): Promise<WriteBehindStatistics> {
    return {
      name: this.#name,
      durability: this.#durability,
      ...((await this.#knownFigures()) ?? { pending: null, oldestAgeMs: null }),
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      ...this.#flusher.counts,
    };
  }

  /** Flushes what waits, for so long at most. @returns how many keys a process that ends now would lose. */
  async stop(withinMs: number): Promise<number> {
    this.#isStopping = true;
    this.#flusher.stop();
    await this.#flusher.flushAll(withinMs);
    if (this.#durability === 'journaled') return 0;
    return (await this.#pending.figures(this.#name)).pending;
  }

  /** Who asks how things stand is told within a bound, most of all when they stand badly. */
  async #knownFigures(): Promise<PendingFigures | undefined> {
    const figures = this.#pending.figures(this.#name).catch(() => undefined);
    return (await settlesWithin(figures, FIGURES_WITHIN_MS)) ? figures : undefined;
  }

  async #publish(writes: readonly PendingWrite[]): Promise<void> {
    await Promise.all(
      writes.map(async ({ key, payload }) => {
        const write = this.#codec.decode(key, payload);
        if (write !== undefined) await this.#cache.set(write.params, write.value);
      }),
    );
  }

  /** A journal that cannot be asked is no reason to keep the reader from the source. */
  async #findWaiting(params: Params): Promise<Payload<Params, Value> | undefined> {
    try {
      const key = this.#codec.keyOf(params);
      const payload = (await this.#pending.find(this.#name, [key])).get(key);
      return payload === undefined ? undefined : this.#codec.decode(key, payload);
    } catch {
      return undefined;
    }
  }

  async #apply(
    claimed: readonly ClaimedWrite[],
    signal: AbortSignal,
  ): Promise<readonly ClaimedWrite[]> {
    const unreadable: ClaimedWrite[] = [];
    const writes = claimed.flatMap((claim) => {
      const payload = this.#codec.decode(claim.key, claim.payload);
      if (payload !== undefined) return [{ ...payload, version: claim.version }];
      unreadable.push(claim);
      return [];
    });
    if (writes.length > 0) await this.#source(writes, { signal });
    return unreadable;
  }

  /**
   * A reader who came while the cache had lost the value may have brought the older one back from the source: what
   * differs from the value that was flushed goes, unless it is a later write.
   */
  async #dropOlder(flushed: readonly ClaimedWrite[]): Promise<void> {
    const differing: { readonly key: string; readonly params: Params }[] = [];
    await Promise.all(
      flushed.map(async ({ key, payload }) => {
        const write = this.#codec.decode(key, payload);
        const cached = write && (await this.#cache.get(write.params));
        if (write === undefined || cached === undefined) return;
        if (!isDeepStrictEqual(cached, write.value)) differing.push({ key, params: write.params });
      }),
    );
    if (differing.length === 0) return;
    const keys = differing.map(({ key }) => key);
    const later = await this.#pending.find(this.#name, keys);
    await Promise.all(
      differing
        .filter(({ key }) => !later.has(key))
        .map(({ params }) => this.#cache.delete(params)),
    );
  }
}
