import type { Clock } from '../../kernel/clock.js';
import { SECOND_MS } from '../../kernel/duration.js';

/** How soon a store that failed is tried again; nobody waits for it. */
const RETRY_MS = 500;
/** How far apart the clocks of two instances may be. */
const CLOCK_SKEW_MS = 5 * SECOND_MS;
/** Removals that the store is still to be told of; beyond it the oldest is forgotten. */
const MAX_OWED = 10_000;
const REPLAY_BATCH = 500;

/**
 * Whether the store behind the process may be believed.
 *
 * After a fault nothing is read from it or written to it, so that nobody waits and nothing old is served,
 * until it has taken every removal that it missed. What was written before that moment no longer counts here:
 * other instances may have changed it without being able to say so, or the store came back with an old copy.
 */
export class StoreTrust {
  readonly #owed = new Set<string>();
  readonly #clock: Clock;
  readonly #settle: (keys: readonly string[]) => Promise<void>;
  #believed = true;
  #losses = 0;
  #sinceMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  /** @param settle removes the keys from the store and tells the other instances; rejects while it cannot. */
  constructor(clock: Clock, settle: (keys: readonly string[]) => Promise<void>) {
    this.#clock = clock;
    this.#settle = settle;
  }

  get isBelieved(): boolean {
    return this.#believed;
  }

  /** Whether an entry that was written then, by the clock of its writer, may be served. */
  covers(writtenAtMs: number): boolean {
    return writtenAtMs >= this.#sinceMs;
  }

  /** A removal that the store did not take: it is repeated until it does. */
  owe(keys: readonly string[]): void {
    for (const key of keys) {
      this.#owed.delete(key);
      this.#owed.add(key);
    }
    for (const key of this.#owed) {
      if (this.#owed.size <= MAX_OWED) break;
      this.#owed.delete(key);
    }
    this.lose();
  }

  /** The connection is lost, or a command failed. */
  lose(): void {
    this.#losses += 1;
    this.#believed = false;
    this.#retryLater();
  }

  #retryLater(): void {
    this.#timer ??= setTimeout(() => {
      void this.#regain().then(() => {
        this.#timer = undefined;
        if (!this.#believed) this.#retryLater();
      });
    }, RETRY_MS).unref();
  }

  async #regain(): Promise<void> {
    const losses = this.#losses;
    try {
      do {
        // Also with nothing owed: it asks whether the store is back.
        const batch = [...this.#owed].slice(0, REPLAY_BATCH);
        await this.#settle(batch);
        for (const key of batch) this.#owed.delete(key);
      } while (this.#owed.size > 0);
    } catch {
      return;
    }
    if (losses !== this.#losses) return;
    this.#sinceMs = this.#clock.nowMs() + CLOCK_SKEW_MS;
    this.#believed = true;
  }
}
