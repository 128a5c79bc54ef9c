import { AppError } from '../../kernel/app-error.js';
import type { RateLimitDecision, RateLimitPolicy } from '../../kernel/rate-limiter.js';

/** @throws AppError `rate_limit.invalid` */
export function checkConsumption({ name, limit, windowMs }: RateLimitPolicy, cost: number): void {
  const makesSense =
    isPositiveInteger(limit) &&
    isPositiveInteger(windowMs) &&
    isPositiveInteger(cost) &&
    cost <= limit;
  if (makesSense && name !== '' && !name.includes(':')) return;
  throw new AppError(
    'internal',
    'rate_limit.invalid',
    `rate limit ${name}: impossible policy or cost`,
  );
}

function isPositiveInteger(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/**
 * The exact sliding window: `takenAt` holds the time of every unit taken, oldest first, at most
 * `limit`. A unit counts from its time until, but not at, `windowMs` later. Changes `takenAt`.
 */
export function takeFromWindow(
  takenAt: number[],
  nowMs: number,
  { limit, windowMs }: RateLimitPolicy,
  cost: number,
): RateLimitDecision {
  const firstInside = takenAt.findIndex((timeMs) => timeMs > nowMs - windowMs);
  takenAt.splice(0, firstInside === -1 ? takenAt.length : firstInside);

  const room = limit - takenAt.length;
  if (cost > room) {
    const lastInTheWay = takenAt[cost - room - 1] ?? nowMs;
    const newest = takenAt.at(-1) ?? nowMs;
    return {
      allowed: false,
      limit,
      remaining: 0,
      retryAfterMs: Math.ceil(lastInTheWay + windowMs - nowMs),
      resetMs: Math.ceil(newest + windowMs - nowMs),
    };
  }
  for (let i = 0; i < cost; i += 1) takenAt.push(nowMs);
  return { allowed: true, limit, remaining: room - cost, retryAfterMs: 0, resetMs: windowMs };
}
