import { LeaseState } from './lease-state.js';
import { lost } from './lock-errors.js';
import { elapsedMs, moment, type Moment } from './moment.js';

/**
 * Asks for the lease to live `ttlMs` from now on. @returns false: it is lost. @throws when it
 * cannot be asked.
 */
export type ExtendLease = () => Promise<boolean>;

/**
 * Keeps a lease alive while work runs, and says that it is lost before it can run out.
 *
 * Time is the process's own, counted from before each request was sent: the server starts counting
 * later, so the lease lives at least as long as is believed here.
 */
export class LeaseKeeper extends LeaseState {
  readonly #ttlMs: number;
  readonly #extend: ExtendLease;
  #since: Moment;
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;

  /** @param sentAt when the acquisition was sent. */
  constructor(ttlMs: number, sentAt: Moment, extend: ExtendLease) {
    super();
    this.#ttlMs = ttlMs;
    this.#extend = extend;
    this.#since = sentAt;
    this.#wakeAt(ttlMs / 3);
  }

  protected override isTimeUp(): boolean {
    return elapsedMs(this.#since) >= this.#limitMs;
  }

  protected override ended(): void {
    clearTimeout(this.#timer);
  }

  /** A tenth of the lease is left for the work to notice and stop. */
  get #limitMs(): number {
    return this.#ttlMs * 0.9;
  }

  /** @param leaseMs so far into the lease, but at its limit at the latest. */
  #wakeAt(leaseMs: number): void {
    clearTimeout(this.#timer);
    const delayMs = Math.min(leaseMs, this.#limitMs) - elapsedMs(this.#since);
    this.#timer = setTimeout(() => void this.#wake(), Math.max(0, delayMs));
  }

  async #wake(): Promise<void> {
    if (this.isOver) return;
    // Also first thing after a pause of the process: an extension would hide that another had the lock.
    if (this.isTimeUp()) return this.lose(lost('the lease was not extended in time'));
    this.#wakeAt(this.#limitMs);
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      await this.#ask();
    } finally {
      this.#isAsking = false;
    }
  }

  async #ask(): Promise<void> {
    const sentAt = moment();
    try {
      const isHeld = await this.#extend();
      if (this.isOver) return;
      if (!isHeld) return this.lose(lost('another holder has the lock'));
      this.#since = sentAt;
      this.#wakeAt(this.#ttlMs / 3);
    } catch {
      // Not asked is not lost: again soon, until the time that is certain is over.
      if (!this.isOver) this.#wakeAt(elapsedMs(this.#since) + this.#ttlMs / 10);
    }
  }
}
