import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long to rest after work that kept the event loop busy for `activeMs`, so that such work takes no more than `share`
 * of it over time.
 * @param share 0 < share ≤ 1
 */
export function restMs(activeMs: number, share: number): number {
  return activeMs * (1 / share - 1);
}

export interface PaceOptions {
  /** Of the event loop, 0 < share ≤ 1. */
  readonly loopShare: number;
  /** Beginnings per second at most. */
  readonly perSecond: number;
}

/** What a pace measures by: both in ms, from any moment on. */
export interface LoopMeter {
  nowMs(): number;
  /** For how long the event loop has been busy. */
  activeMs(): number;
}

export const loopMeter: LoopMeter = {
  nowMs: () => performance.now(),
  activeMs: () => performance.eventLoopUtilization().active,
};

/**
 * Spaces work out over time, however many do it at once. What others keep the loop busy with during a piece counts as
 * well: in a busy process the work goes slower.
 */
export class LoopPace {
  readonly #options: PaceOptions;
  readonly #meter: LoopMeter;
  /** Of the loop's time, what has been rested from. */
  #restedMs = 0;
  #freeAtMs = -Infinity;

  constructor(options: PaceOptions, meter: LoopMeter = loopMeter) {
    this.#options = options;
    this.#meter = meter;
  }

  /** How long the next piece of work has to wait. Books its beginning: to be asked once per piece. */
  nextInMs(): number {
    const nowMs = this.#meter.nowMs();
    const beginsAtMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = beginsAtMs + 1_000 / this.#options.perSecond;
    return beginsAtMs - nowMs;
  }

  /**
   * A piece of work is done: the next one waits for as long as this one and those beside it deserve. What the loop was busy
   * with between two pieces does not count: rests would grow from rests.
   * @param begunAtMs the loop's time when it began, see {@link LoopMeter.activeMs}
   */
  done(begunAtMs: number): void {
    const activeMs = this.#meter.activeMs();
    const rest = restMs(activeMs - Math.max(begunAtMs, this.#restedMs), this.#options.loopShare);
    this.#restedMs = activeMs;
    this.#freeAtMs = Math.max(this.#meter.nowMs(), this.#freeAtMs) + rest;
  }

  /** Waits for its turn. @returns the loop's time then, for {@link done}. Rejects with the signal's reason. */
  async turn(signal: AbortSignal): Promise<number> {
    const inMs = this.nextInMs();
    try {
      if (inMs > 0) await sleep(inMs, undefined, { signal, ref: false });
    } catch {
      signal.throwIfAborted();
    }
    signal.throwIfAborted();
    return this.#meter.activeMs();
  }
}
