import type { RateLimitAlgorithm, RateLimitPolicy } from '../../../kernel/rate-limiter.js';

/** A policy in the units it is counted in. */
export interface LimitRule {
  readonly algorithm: RateLimitAlgorithm;
  readonly limit: number;
  readonly windowUs: number;
  readonly blockUs: number;
  /** Moments of a sliding window are multiples of it. */
  readonly stepUs: number;
}

/**
 * What one subject has taken. The rule comes with each question: its figures may change, what was taken stays taken.
 * Times are whole µs of a clock that may be set back: no unit comes back early then, nor later than one window on.
 */
export interface LimitCount {
  /** Units left; never negative. */
  remaining(rule: LimitRule, nowUs: number): number;
  /** µs until `cost` (at most the limit) has room; 0: now. */
  waitUs(rule: LimitRule, nowUs: number, cost: number): number;
  /** µs until the whole limit is there. */
  resetUs(rule: LimitRule, nowUs: number): number;
  /** Takes `cost`, whether it has room or not. */
  take(rule: LimitRule, nowUs: number, cost: number): void;
}

const MS_IN_US = 1_000;
/** Up to so many units each is remembered for itself, to a fine step. As in `scripts/rate-limit-counts.lua`. */
export const MOST_SINGLE_UNITS = 255;
const FINE_STEPS = 32_000;
const COARSE_STEPS = 100;

/**
 * Time goes in steps, and a unit counts from the end of its step: it comes back up to one step late, and never early.
 * Up to 255 units a window, a step is 1/32,000 of the window (2 ms of a minute). Above that it is 1/`coarseSteps`, so that
 * few moments are to be remembered however many units there are.
 */
export function ruleOf(
  policy: RateLimitPolicy,
  coarseSteps: number = COARSE_STEPS,
  mostSingle: number = MOST_SINGLE_UNITS,
): LimitRule {
  const { limit, windowMs, algorithm = 'sliding-window', blockMs = 0 } = policy;
  const windowUs = windowMs * MS_IN_US;
  const stepUs = Math.ceil(windowUs / (limit <= mostSingle ? FINE_STEPS : coarseSteps));
  return { algorithm, limit, windowUs, blockUs: blockMs * MS_IN_US, stepUs };
}
