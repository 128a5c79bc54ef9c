import type { Clock } from '../../../src/kernel/clock.js';

/** The real time, which a test can set ahead. */
export class TestClock implements Clock {
  #aheadMs = 0;

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  advance(ms: number): void {
    this.#aheadMs += ms;
  }
}
