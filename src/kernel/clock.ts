/** Where code takes the time from, so that a test can say what time it is. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
}

export const Clock = Symbol('Clock');

export const systemClock: Clock = { nowMs: () => Date.now() };
