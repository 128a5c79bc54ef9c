import type { LimitCount, LimitRule } from './limit-rule.js';

/** Units, and when they count as taken. */
export interface Taken {
  readonly atUs: number;
  readonly units: number;
}

type Window = Pick<LimitRule, 'limit' | 'windowUs' | 'stepUs'>;

/**
 * The exact sliding window: a unit counts from its time until, but not at, one window later, so no window of that
 * length ever holds more than the limit.
 */
export class SlidingWindow implements LimitCount {
  /** Oldest first. */
  #taken: Taken[] = [];
  #units = 0;

  /** What counts, oldest first. */
  taken(window: Window, nowUs: number): readonly Taken[] {
    this.#forgetOld(window, nowUs);
    return this.#taken;
  }

  remaining(window: Window, nowUs: number): number {
    this.#forgetOld(window, nowUs);
    return Math.max(0, window.limit - this.#units);
  }

  waitUs(window: Window, nowUs: number, cost: number): number {
    this.#forgetOld(window, nowUs);
    let inTheWay = this.#units + cost - window.limit;
    if (inTheWay <= 0) return 0;
    for (const { atUs, units } of this.#taken) {
      inTheWay -= units;
      if (inTheWay <= 0) return atUs + window.windowUs - nowUs;
    }
    return window.windowUs;
  }

  resetUs(window: Window, nowUs: number): number {
    this.#forgetOld(window, nowUs);
    const last = this.#taken.at(-1);
    return last === undefined ? 0 : last.atUs + window.windowUs - nowUs;
  }

  take(window: Window, nowUs: number, cost: number): void {
    this.#forgetOld(window, nowUs);
    const atUs = stampOf(window, nowUs);
    const last = this.#taken.at(-1);
    this.#units += cost;
    if (last?.atUs === atUs) this.#taken.pop();
    this.#taken.push({ atUs, units: last?.atUs === atUs ? last.units + cost : cost });
  }

  #forgetOld(window: Window, nowUs: number): void {
    const stampUs = stampOf(window, nowUs);
    // The clock was set back (or the steps are shorter): what is still to come counts as taken now.
    if ((this.#taken.at(-1)?.atUs ?? 0) > stampUs) {
      const { length } = this.#taken.filter(({ atUs }) => atUs < stampUs);
      const units = this.#taken.slice(length).reduce((sum, one) => sum + one.units, 0);
      this.#taken.splice(length, Infinity, { atUs: stampUs, units });
    }
    let old = 0;
    for (const { atUs, units } of this.#taken) {
      if (atUs + window.windowUs > nowUs) break;
      this.#units -= units;
      old += 1;
    }
    if (old > 0) this.#taken.splice(0, old);
  }
}

/** When a unit that is taken now counts as taken. */
export function stampOf({ stepUs }: Pick<LimitRule, 'stepUs'>, nowUs: number): number {
  const sinceUs = nowUs % stepUs;
  return sinceUs === 0 ? nowUs : nowUs - sinceUs + stepUs;
}
