import { Logger } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import { FaultLog } from '../connection/fault-log.js';
import { RateLimiter, type RateLimitDecision, type RateLimitPolicy } from './rate-limiter.js';

/** Asks the shared limiter, and the local one for as long as the shared one fails. */
export class FallbackRateLimiter extends RateLimiter {
  readonly #faults = new FaultLog(new Logger('RateLimit'));
  readonly #shared: RateLimiter;
  readonly #local: RateLimiter;

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
    try {
      return await this.#shared.consume(policy, subject, cost);
    } catch (error) {
      if (error instanceof AppError) throw error;
      this.#faults.report(`rate limit ${policy.name} in Redis`, error);
      return this.#local.consume(policy, subject, cost);
    }
  }
}
