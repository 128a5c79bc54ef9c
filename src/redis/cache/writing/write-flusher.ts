import { Logger } from '@nestjs/common';
import { SECOND_MS } from '../../../kernel/duration.js';
import { FaultLog } from '../../../kernel/fault-log.js';
import type { ClaimedWrite, PendingWrites, WriteClaim } from '../../../kernel/pending-writes.js';
import { backoffMs, FlushPace } from './flush-pace.js';
import type { WriteBehindPolicy } from './write-behind-definition.js';

/** A flush that was killed holds its keys up for three write time-outs. */
const LEASE_TIMEOUTS = 3;
/** How soon the writes of a process that died are found by another. */
const REPLAY_EVERY_MS = 5 * SECOND_MS;
/** Failures of single keys in a row after which a hurried flush believes that the source is away. */
const MAX_FAILURES_IN_A_HURRY = 24;

export interface FlusherOptions extends WriteBehindPolicy {
  readonly name: string;
  readonly pending: PendingWrites;
  /** Whether others may have put writes there. */
  readonly isShared: boolean;
  /** @returns the writes that can never be read; all others are in the source now. */
  readonly apply: (
    writes: readonly ClaimedWrite[],
    signal: AbortSignal,
  ) => Promise<readonly ClaimedWrite[]>;
  /** Told of what the source took, once it is no longer pending. */
  readonly onFlushed: (writes: readonly ClaimedWrite[]) => Promise<void>;
}

/** Brings what is pending to the source: one batch at a time, in the background or in a hurry. */
export class WriteFlusher {
  readonly #options: FlusherOptions;
  readonly #logger = new Logger('WriteBehind');
  readonly #faults = new FaultLog(this.#logger);
  readonly #pace: FlushPace;
  #turn: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #wakesAtMs = Infinity;
  #isStopped = false;
  #flushed = 0;
  #failed = 0;

  constructor(options: FlusherOptions) {
    this.#options = options;
    this.#pace = new FlushPace(options.maxBatch);
  }

  get counts(): { readonly flushed: number; readonly failed: number } {
    return { flushed: this.#flushed, failed: this.#failed };
  }

  /** Flushes what is due after so long, or earlier if that was agreed already. */
  wake(inMs: number): void {
    const atMs = performance.now() + inMs;
    if (this.#isStopped || atMs >= this.#wakesAtMs) return;
    clearTimeout(this.#timer);
    this.#wakesAtMs = atMs;
    this.#timer = setTimeout(() => {
      this.#wakesAtMs = Infinity;
      void this.#inTurn(() => this.#pass());
    }, inMs).unref();
  }

  /** As {@link wake}, unless the source is being spared after a failure. */
  hurry(): void {
    if (this.#pace.failures === 0) this.wake(0);
  }

  /**
   * Flushes all that waits, due or not, until nothing is left that can be, the source seems to be away, or the time
   * is over: the batch under way is finished all the same. Never rejects.
   */
  async flushAll(withinMs: number): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    const isOver = () => performance.now() > deadlineMs;
    await this.#inTurn(async () => {
      let failures = 0;
      while (!isOver() && failures < MAX_FAILURES_IN_A_HURRY) {
        const outcome = await this.#step(true);
        if (outcome === 'empty' || outcome === 'no store') return;
        failures = outcome === 'failed' ? failures + 1 : 0;
      }
    });
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Never two at once: the batch of one would overtake that of another. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn;
    return turn;
  }

  async #pass(): Promise<void> {
    let outcome: Outcome;
    do outcome = await this.#step(false);
    while (outcome === 'flushed' && !this.#isStopped);
    if (outcome !== 'empty') {
      this.wake(backoffMs(Math.max(1, this.#pace.failures), Math.random()));
      return;
    }
    // A write is due after half of that time, and waits for the next look for half of it at most.
    if (await this.#isWaiting()) this.wake(this.#options.flushEveryMs / 2);
    else if (this.#options.isShared) this.wake(REPLAY_EVERY_MS);
  }

  async #isWaiting(): Promise<boolean> {
    try {
      return (await this.#options.pending.figures(this.#options.name)).pending > 0;
    } catch {
      return true;
    }
  }

  /** One batch. */
  async #step(early: boolean): Promise<Outcome> {
    const { name, pending, writeTimeoutMs } = this.#options;
    let claim: WriteClaim;
    try {
      const leaseMs = LEASE_TIMEOUTS * writeTimeoutMs;
      claim = await pending.claim(name, { limit: this.#pace.limit, leaseMs, early });
      if (claim.writes.length === 0) return 'empty';
    } catch (error) {
      this.#faults.report(`look for pending writes of ${name}`, error);
      return 'no store';
    }
    try {
      return (await this.#write(claim)) ? 'flushed' : 'failed';
    } catch (error) {
      // Its keys come free with their lease, and are written once more.
      this.#faults.report(`note about flushed writes of ${name}`, error);
      return 'no store';
    }
  }

  /** Waits until the source has answered, however late: a write that is still under way must not be overtaken. */
  async #write(claim: WriteClaim): Promise<boolean> {
    const { name, pending, writeTimeoutMs, apply, onFlushed } = this.#options;
    let unreadable: readonly ClaimedWrite[];
    try {
      unreadable = await apply(claim.writes, AbortSignal.timeout(writeTimeoutMs));
    } catch (error) {
      this.#faults.report(`flush of ${claim.writes.length} pending writes of ${name}`, error);
      this.#pace.failed();
      await this.#postpone(claim);
      return false;
    }
    const taken = claim.writes.filter((write) => !unreadable.includes(write));
    if (unreadable.length > 0) {
      this.#logger.error({
        message: 'pending writes cannot be read and stay where they are',
        name,
        keys: unreadable.slice(0, 10).map(({ key }) => key),
        count: unreadable.length,
      });
      await this.#postpone({ ...claim, writes: unreadable });
    }
    await pending.settle(name, { ...claim, writes: taken });
    this.#flushed += taken.length;
    if (taken.length > 0) this.#pace.succeeded();
    else this.#pace.failed();
    await onFlushed(taken);
    return taken.length > 0;
  }

  #postpone(claim: WriteClaim): Promise<void> {
    this.#failed += claim.writes.length;
    const delaysMs = claim.writes.map(({ attempts }) => backoffMs(attempts + 1, Math.random()));
    return this.#options.pending.postpone(this.#options.name, claim, delaysMs);
  }
}

type Outcome = 'flushed' | 'failed' | 'empty' | 'no store';
