import { MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';

/** One look of a process at a queue whose jobs it runs. */
export interface QueueLook {
  /** By a clock that only goes forward. */
  readonly atMs: number;
  /** Jobs that are due. */
  readonly waiting: number;
  /** Jobs that run, in all processes. */
  readonly active: number;
  /** Neither paused nor at its rate limit. */
  readonly mayBegin: boolean;
  /** Jobs that run in this process, of `concurrency`. */
  readonly running: number;
  readonly concurrency: number;
  /** Jobs that this process has begun so far. */
  readonly begun: number;
}

export interface Patience {
  /** With idle workers everywhere a job that is due begins within milliseconds. */
  readonly nobodyWorksMs: number;
  /** While others work, they may be what takes the jobs. */
  readonly othersWorkMs: number;
  /** Restarts that change nothing follow each other ever more slowly, up to this. */
  readonly longestMs: number;
}

export const PATIENCE: Patience = {
  nobodyWorksMs: 15 * SECOND_MS,
  othersWorkMs: MINUTE_MS,
  longestMs: 2 * MINUTE_MS,
};

/** Finds the worker that is alive, could take jobs, and takes none. */
export class StuckQueue {
  #idleSinceMs: number | undefined;
  #restartedAtMs: number | undefined;
  /** In a row, without a job begun since. */
  #restarts = 0;
  #begun = 0;

  constructor(private readonly patience: Patience = PATIENCE) {}

  /** @returns for how long it has taken none of the jobs that it could have; and whether to start it anew. */
  see(look: QueueLook): { readonly stuckMs: number; readonly restart: boolean } {
    const { atMs, waiting, mayBegin, running, concurrency, begun } = look;
    const isIdle = waiting > 0 && mayBegin && running < concurrency && begun === this.#begun;
    this.#begun = begun;
    if (!isIdle) {
      this.forget();
      return { stuckMs: 0, restart: false };
    }
    this.#idleSinceMs ??= atMs;
    const waitedMs = atMs - (this.#restartedAtMs ?? this.#idleSinceMs);
    const restart = waitedMs >= this.#patienceMs(look);
    if (restart) {
      this.#restartedAtMs = atMs;
      this.#restarts += 1;
    }
    return { stuckMs: atMs - this.#idleSinceMs, restart };
  }

  /** Nothing is known: the backend did not answer. */
  forget(): void {
    this.#idleSinceMs = undefined;
    this.#restartedAtMs = undefined;
    this.#restarts = 0;
  }

  #patienceMs({ active }: QueueLook): number {
    const { nobodyWorksMs, othersWorkMs, longestMs } = this.patience;
    const firstMs = active > 0 ? othersWorkMs : nobodyWorksMs;
    return Math.min(longestMs, firstMs * 2 ** this.#restarts);
  }
}
