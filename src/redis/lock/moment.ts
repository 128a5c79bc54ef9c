/**
 * The same moment on both clocks of the process. The monotonic one may stand still while the machine
 * sleeps, the wall clock may be set back: together they do not hide time that has passed.
 */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export function moment(): Moment {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

/** The longer of what the two clocks say, ms. */
export function elapsedMs(since: Moment, now: Moment = moment()): number {
  return Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
}
