import { DAY_MS } from './duration.js';
import { RATE_LIMIT_ALGORITHMS, type RateLimitPolicy } from './rate-limiter.js';

/** Counts are kept in six bytes, moments in seven. */
const MAX_LIMIT = 1_000_000_000;
const MAX_WINDOW_MS = 366 * DAY_MS;

/** Whether a limiter can count by this policy: its own figures must stay whole and exact. */
export function isPossible(policy: RateLimitPolicy): boolean {
  const { name, limit, windowMs, algorithm = 'sliding-window', blockMs = 0 } = policy;
  return (
    name !== '' &&
    !name.includes(':') &&
    RATE_LIMIT_ALGORITHMS.includes(algorithm) &&
    isPositiveInteger(limit) &&
    limit <= MAX_LIMIT &&
    isPositiveInteger(windowMs) &&
    windowMs <= MAX_WINDOW_MS &&
    (blockMs === 0 || (isPositiveInteger(blockMs) && blockMs <= MAX_WINDOW_MS)) &&
    // A bucket counts in tokens × µs.
    (algorithm !== 'token-bucket' || Number.isSafeInteger(2 * limit * windowMs * 1_000))
  );
}

export function isPositiveInteger(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
