/** One limit: at most `limit` units of cost in any window of `windowMs`. */
export interface RateLimitPolicy {
  /** Names the policy in keys, headers and errors: `auth.login`. Without `:`. */
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
}

export interface RateLimitDecision {
  readonly allowed: boolean;
  readonly limit: number;
  /** Units left now; 0 when refused. */
  readonly remaining: number;
  /** Until the same cost would be let through; 0 when it was. */
  readonly retryAfterMs: number;
  /** Until the whole limit is there again. */
  readonly resetMs: number;
}

export abstract class RateLimiter {
  /**
   * Takes `cost` (default 1) units for `subject` if the window has room, else takes nothing. With
   * Redis away each process counts for itself, so that a limit is never without a guard and never
   * breaks a request.
   * @throws AppError `rate_limit.invalid` (internal) for a policy or cost that makes no sense: a
   *   cost above the limit would never be let through.
   */
  abstract consume(
    policy: RateLimitPolicy,
    subject: string,
    cost?: number,
  ): Promise<RateLimitDecision>;
}
