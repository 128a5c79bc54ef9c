/**
 * How units are counted:
 *
 * - `sliding-window`: in **any** window of `windowMs` never more than `limit`. The default.
 * - `token-bucket`: `limit` at once, and `limit` more per `windowMs`, evenly: whoever spaces his calls is
 *   never refused. In any time t at most `limit × (1 + t / windowMs)`.
 * - `fixed-window`: a window begins with the first unit and ends with all of them. Two of them may touch:
 *   up to 2 × `limit` within one `windowMs`.
 */
export const RATE_LIMIT_ALGORITHMS = ['sliding-window', 'token-bucket', 'fixed-window'] as const;
export type RateLimitAlgorithm = (typeof RATE_LIMIT_ALGORITHMS)[number];

/** One limit: at most `limit` units of cost per `windowMs`, counted as `algorithm` says. */
export interface RateLimitPolicy {
  /** Names the policy in keys, headers and errors: `auth.login`. Without `:`. */
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly algorithm?: RateLimitAlgorithm;
  /** After a refusal everything is refused for so long at least. Default 0. */
  readonly blockMs?: number;
  /** Counts, and never refuses: to try out a limit. */
  readonly shadow?: boolean;
  /**
   * What holds while Redis is away. `share` (default): each process lets through its share, `limit` ÷ live
   * processes, at least 1. `open`: nothing is refused. What was spent is counted when Redis is back, either way.
   */
  readonly whenAway?: 'share' | 'open';
}

/** What is asked of one policy. */
export interface RateLimitCheck {
  readonly policy: RateLimitPolicy;
  readonly subject: string;
  /** Default 1. */
  readonly cost?: number;
}

/** How a call stands to one policy. */
export interface RateLimitDecision {
  /** Whether this policy had room; true of a shadow policy in any case. */
  readonly allowed: boolean;
  /** Whether a policy that refuses would have: differs from `!allowed` for a shadow policy alone. */
  readonly exceeded: boolean;
  readonly limit: number;
  /** Units left now. */
  readonly remaining: number;
  /** Until the same cost would be let through; 0 when it was. */
  readonly retryAfterMs: number;
  /** Until the whole limit is there again. */
  readonly resetMs: number;
}

/** All policies of a call together. */
export interface RateLimitVerdict {
  /** Every policy had room, and was taken from; else nothing was. */
  readonly allowed: boolean;
  /** In the order of the checks. */
  readonly decisions: readonly RateLimitDecision[];
}

/** How a limiter counts at the moment. */
export interface RateLimiterStatus {
  /** `alone`: for this process; `shared`: for all of them; `local`: Redis is away, each counts its share. */
  readonly mode: 'alone' | 'shared' | 'local';
  /** Live processes that take calls, as far as is known: each has a share of a limit while Redis is away. */
  readonly instances: number;
  /** Subjects whose units Redis is still to be told of. */
  readonly owedSubjects: number;
  /** Calls to Redis that failed or took too long. */
  readonly errors: number;
  /** Times that Redis was found without the counts that it had. */
  readonly losses: number;
}

export abstract class RateLimiter {
  /** {@link consumeAll} for one policy. */
  async consume(policy: RateLimitPolicy, subject: string, cost = 1): Promise<RateLimitDecision> {
    const { decisions } = await this.consumeAll([{ policy, subject, cost }]);
    const [decision] = decisions;
    if (decision === undefined) throw new TypeError('a check without a decision');
    return decision;
  }

  /**
   * Takes the cost of every check if all of them have room, else nothing at all: one atomic step, one round trip.
   * With Redis away each process counts for itself, so that a limit is never without a guard and never breaks a
   * request.
   * @param checks no policy and subject twice
   * @throws AppError `rate_limit.invalid` (internal) for a policy or cost that makes no sense: a
   *   cost above the limit would never be let through.
   */
  abstract consumeAll(checks: readonly RateLimitCheck[]): Promise<RateLimitVerdict>;

  abstract status(): RateLimiterStatus;
}
