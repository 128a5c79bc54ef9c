import type { LimitCount, LimitRule } from './limit-rule.js';

type Window = Pick<LimitRule, 'limit' | 'windowUs'>;

/** A window begins with the first unit; at its end all units are forgotten at once. */
export class FixedWindow implements LimitCount {
  #used = 0;
  #endsAtUs = 0;

  remaining(window: Window, nowUs: number): number {
    return Math.max(0, window.limit - this.#usedAt(window, nowUs));
  }

  waitUs(window: Window, nowUs: number, cost: number): number {
    return this.#usedAt(window, nowUs) + cost <= window.limit ? 0 : this.#endsAtUs - nowUs;
  }

  resetUs(window: Window, nowUs: number): number {
    return this.#usedAt(window, nowUs) === 0 ? 0 : this.#endsAtUs - nowUs;
  }

  take(window: Window, nowUs: number, cost: number): void {
    const used = this.#usedAt(window, nowUs);
    if (used === 0) this.#endsAtUs = nowUs + window.windowUs;
    this.#used = used + cost;
  }

  #usedAt({ windowUs }: Window, nowUs: number): number {
    // The clock was set back: no window is longer than it should be.
    this.#endsAtUs = Math.min(this.#endsAtUs, nowUs + windowUs);
    if (nowUs >= this.#endsAtUs) this.#used = 0;
    return this.#used;
  }
}
