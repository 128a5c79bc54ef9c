import { loopMeter, type LoopMeter } from '../warming/loop-pace.js';

/** Long enough for one slow request not to look like a busy process. */
const WINDOW_MS = 500;

/** How busy the event loop is of late. Costs nothing between two questions: no timer, no sampling. */
export class LoopLoad {
  readonly #meter: LoopMeter;
  #sinceMs: number;
  #sinceActiveMs: number;
  #share = 0;

  constructor(meter: LoopMeter = loopMeter) {
    this.#meter = meter;
    this.#sinceMs = meter.nowMs();
    this.#sinceActiveMs = meter.activeMs();
  }

  /** Of the loop's time, 0–1, in the last half a second or since the question before it; up to half a second old. */
  share(): number {
    const nowMs = this.#meter.nowMs();
    const spanMs = nowMs - this.#sinceMs;
    if (spanMs < WINDOW_MS) return this.#share;
    const activeMs = this.#meter.activeMs();
    this.#share = Math.min(1, (activeMs - this.#sinceActiveMs) / spanMs);
    this.#sinceMs = nowMs;
    this.#sinceActiveMs = activeMs;
    return this.#share;
  }
}
