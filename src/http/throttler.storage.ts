import type { ThrottlerStorage } from '@nestjs/throttler';
import { LRUCache } from 'lru-cache';
import { SECOND_MS } from '../kernel/duration.js';
import type { RateLimiter, RateLimitPolicy } from '../kernel/rate-limiter.js';

/** `limit` and `ttl` may be functions of the request: policies are made as they come. */
const MAX_POLICIES = 1_000;

/** What @nestjs/throttler is to be told. It exports the type under no name of its own. */
type StorageRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * Counts for the guard and the decorators of @nestjs/throttler with our limiter: a sliding window that is exact, one
 * round trip, shared by all processes.
 */
export class LimiterThrottlerStorage implements ThrottlerStorage {
  readonly #limiter: RateLimiter;
  readonly #policies = new LRUCache<string, RateLimitPolicy>({ max: MAX_POLICIES });

  constructor(limiter: RateLimiter) {
    this.#limiter = limiter;
  }

  /**
   * @param key of route and caller, by default a hash
   * @param ttl ms @param blockDuration ms that a refusal keeps the caller away for at least
   */
  async increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    throttlerName: string,
  ): Promise<StorageRecord> {
    const windowMs = Math.ceil(ttl);
    // Nothing is ever counted in a window without an end.
    if (windowMs < 1)
      return { totalHits: 1, timeToExpire: 0, isBlocked: false, timeToBlockExpire: 0 };
    if (limit < 1) return blockedFor(limit, windowMs);
    const policy = this.#policyOf(
      throttlerName,
      Math.floor(limit),
      windowMs,
      Math.max(0, Math.ceil(blockDuration)),
    );
    const { allowed, remaining, retryAfterMs, resetMs } = await this.#limiter.consume(policy, key);
    return {
      totalHits: policy.limit - remaining + (allowed ? 0 : 1),
      timeToExpire: inSeconds(resetMs),
      isBlocked: !allowed,
      timeToBlockExpire: inSeconds(retryAfterMs),
    };
  }

  #policyOf(throttler: string, limit: number, windowMs: number, blockMs: number): RateLimitPolicy {
    const id = `${throttler} ${limit} ${windowMs} ${blockMs}`;
    let policy = this.#policies.get(id);
    if (policy === undefined) {
      const name = `throttler.${throttler.replaceAll(':', '-')}`;
      policy = { name, limit, windowMs, blockMs };
      this.#policies.set(id, policy);
    }
    return policy;
  }
}

function blockedFor(limit: number, ms: number): StorageRecord {
  const seconds = inSeconds(ms);
  const totalHits = Math.floor(limit) + 1;
  return { totalHits, timeToExpire: seconds, isBlocked: true, timeToBlockExpire: seconds };
}

function inSeconds(ms: number): number {
  return Math.ceil(ms / SECOND_MS);
}
