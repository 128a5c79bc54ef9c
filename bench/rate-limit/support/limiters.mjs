// @ts-check
import { ThrottlerStorageRedisService } from '@nest-lab/throttler-storage-redis';
import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { openBourse } from '../../harness/bourse.mjs';

/** Longer than any run: no window ends within it, whoever counts. */
export const WINDOW_MS = 3_600_000;

/**
 * Whether a call of that cost is let through.
 * @typedef {(subject: string, cost: number) => Promise<boolean>} Ask
 */

/**
 * Our limiter as an application has it: the exact sliding window, and the journal for the time without Redis.
 * @param {string} redisUrl
 */
export async function openLimiter(redisUrl) {
  // On a busy machine a check that is given up would be counted here, and measured as one of the process.
  const { limiter } = await openBourse(redisUrl, {
    CACHE_ENABLED: 'false',
    REDIS_COMMAND_TIMEOUT_MS: '10000',
    RATE_LIMIT_CALL_TIMEOUT_MS: '10000',
  });
  return limiter;
}

/** @param {string} redisUrl @param {number} limit @returns {Promise<Ask>} */
export async function bourse(redisUrl, limit) {
  const limiter = await openLimiter(redisUrl);
  const policy = { name: 'bench', limit, windowMs: WINDOW_MS };
  return async (subject, cost) => (await limiter.consume(policy, subject, cost)).allowed;
}

/**
 * rate-limiter-flexible: a fixed window. `inMemoryBlockOnConsumed` is left out: a process that has seen a refusal would
 * answer without asking, and go on refusing after another one has reset the count.
 * @param {string} redisUrl @param {number} limit @param {string} [keyPrefix] @returns {Promise<Ask>}
 */
export async function flexible(redisUrl, limit, keyPrefix = 'flexible') {
  const limiter = new RateLimiterRedis({
    storeClient: new Redis(redisUrl),
    points: limit,
    duration: WINDOW_MS / 1_000,
    keyPrefix,
  });
  return async (subject, cost) => {
    try {
      await limiter.consume(subject, cost);
      return true;
    } catch (refusal) {
      // It rejects with what it also resolves with; anything else is a fault.
      if (refusal instanceof RateLimiterRes) return false;
      throw refusal;
    }
  };
}

/**
 * @nest-lab/throttler-storage-redis: a fixed window, every call of it costs one. It blocks for as long as a window, as
 * the guard of @nestjs/throttler asks it to by default.
 * @param {string} redisUrl @param {number} limit @returns {Promise<Ask>}
 */
export async function nestLab(redisUrl, limit) {
  const storage = new ThrottlerStorageRedisService(new Redis(redisUrl));
  return async (subject) => {
    const record = await storage.increment(subject, WINDOW_MS, limit, WINDOW_MS, 'bench');
    return !record.isBlocked;
  };
}

/** What is let through of one subject, by the rule of each. @typedef {(cost: number) => boolean} Count */

/** Takes a cost whole or not at all. @param {number} limit @returns {Count} */
export function exactCount(limit) {
  let used = 0;
  return (cost) => {
    if (used + cost > limit) return false;
    used += cost;
    return true;
  };
}

/** Counts what it refuses as well: after the first refusal of a window it lets nothing through. @param {number} limit @returns {Count} */
export function flexibleCount(limit) {
  let used = 0;
  return (cost) => {
    used += cost;
    return used <= limit;
  };
}
