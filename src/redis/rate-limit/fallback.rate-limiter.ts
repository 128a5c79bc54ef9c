import { Logger } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import {
  RateLimiter,
  type RateLimitDecision,
  type RateLimitPolicy,
} from '../../kernel/rate-limiter.js';
import { FaultLog } from '../../kernel/fault-log.js';

/** For so long a shared limiter that failed is not asked: a frozen one costs its time-out once, not per call. */
const RETRY_MS = 1_000;

/** Asks the shared limiter, and the local one for as long as the shared one fails. */
export class FallbackRateLimiter extends RateLimiter {
  readonly #faults = new FaultLog(new Logger('RateLimit'));
  readonly #shared: RateLimiter;
  readonly #local: RateLimiter;
  #sharedFromMs = 0;

  constructor(shared: RateLimiter, local: RateLimiter) {
    super();
    this.#shared = shared;
    this.#local = local;
  }

  override async consume(
    policy: RateLimitPolicy,
    subject: string,
    cost = 1,
  ): Promise<RateLimitDecision> {
    if (performance.now() < this.#sharedFromMs) return this.#local.consume(policy, subject, cost);
    try {
      return await this.#shared.consume(policy, subject, cost);
    } catch (error) {
      if (error instanceof AppError) throw error;
      this.#faults.report(`rate limit ${policy.name} in Redis`, error);
      this.#sharedFromMs = performance.now() + RETRY_MS;
      return this.#local.consume(policy, subject, cost);
    }
  }
}
