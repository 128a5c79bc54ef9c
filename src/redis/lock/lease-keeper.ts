import { AppError } from '../../kernel/app-error.js';

/**
 * Asks for the lease to live `ttlMs` from now on. @returns false: it is lost. @throws when it
 * cannot be asked.
 */
export type ExtendLease = () => Promise<boolean>;

/**
 * Keeps a lease alive while work runs, and raises {@link signal} before it can run out.
 *
 * Time is the process's monotonic clock, counted from before each request was sent: the server
 * starts counting later, so the lease lives at least as long as is believed here.
 */
export class LeaseKeeper {
  readonly #controller = new AbortController();
  readonly #ttlMs: number;
  readonly #extend: ExtendLease;
  #expiry: NodeJS.Timeout | undefined;
  #extension: NodeJS.Timeout | undefined;

  /** @param sentAtMs `performance.now()` before the acquisition was sent. */
  constructor(ttlMs: number, sentAtMs: number, extend: ExtendLease) {
    this.#ttlMs = ttlMs;
    this.#extend = extend;
    this.#heldSince(sentAtMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  stop(): void {
    clearTimeout(this.#expiry);
    clearTimeout(this.#extension);
    this.#expiry = undefined;
  }

  #heldSince(sentAtMs: number): void {
    this.stop();
    const elapsedMs = performance.now() - sentAtMs;
    // A tenth of the lease is left for the work to notice and stop.
    const leftMs = this.#ttlMs * 0.9 - elapsedMs;
    if (leftMs <= 0) return this.#lose('the lease could not be extended in time');
    this.#expiry = setTimeout(() => this.#lose('the lease could not be extended in time'), leftMs);
    this.#extension = setTimeout(
      () => void this.#tryExtend(),
      Math.max(0, this.#ttlMs / 3 - elapsedMs),
    );
  }

  async #tryExtend(): Promise<void> {
    const sentAtMs = performance.now();
    try {
      const held = await this.#extend();
      if (this.#expiry === undefined) return;
      if (held) this.#heldSince(sentAtMs);
      else this.#lose('another holder has the lock');
    } catch {
      // Not asked is not lost: again soon, until the time that is certain is over.
      if (this.#expiry === undefined) return;
      this.#extension = setTimeout(() => void this.#tryExtend(), this.#ttlMs / 10);
    }
  }

  #lose(reason: string): void {
    this.stop();
    this.#controller.abort(new AppError('unavailable', 'lock.lost', reason));
  }
}
