import type { Clock } from '../../../src/kernel/clock.js';

/** The real time, which a test can set ahead. */
export class TestClock implements Clock {
  #aheadMs: number;

  /** @param startsAtMs what it shows now */
  constructor(startsAtMs = Date.now()) {
    this.#aheadMs = startsAtMs - Date.now();
  }

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  advance(ms: number): void {
    this.#aheadMs += ms;
  }
}
