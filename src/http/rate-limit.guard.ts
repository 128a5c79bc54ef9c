import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../kernel/app-error.js';
import { Clock } from '../kernel/clock.js';
import type { AuthenticatedRequest } from '../kernel/principal.js';
import { RateLimiter } from '../kernel/rate-limiter.js';
import { RefusalWatch } from './blocks/refusal-watch.js';
import { isByAddress, subjectOf, type LimitedRequest } from './limit-subject.js';
import { NO_GENERAL_LIMITS_METADATA, RATE_LIMIT_METADATA } from './rate-limit.decorator.js';
import { inSeconds, setRateLimitHeaders, type CheckedLimit } from './rate-limit.headers.js';
import { RateLimitMetrics } from './rate-limit.metrics.js';
import { GENERAL_LIMITS, type RateLimitName } from './rate-limit.policies.js';
import { RateLimitTable } from './rate-limit.table.js';

const NONE: readonly RateLimitName[] = [];

/**
 * Counts the calls of routes by the limits of every route and their own, in one step. Stands behind the access guard: users are known by then, and who is
 * not let in anyway uses up nobody's limit.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
    private readonly table: RateLimitTable,
    private readonly metrics: RateLimitMetrics,
    private readonly refusals: RefusalWatch,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws AppError `rate_limit.exceeded` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & AuthenticatedRequest>();
    const checks = this.#checksOf(this.#namesOf(context), request);
    if (checks.length === 0) return true;
    const { allowed, decisions } = await this.limiter.consumeAll(checks);
    const limits = checks.flatMap(({ policy }, i): CheckedLimit[] => {
      const decision = decisions[i];
      return decision === undefined ? [] : [{ policy, decision }];
    });
    const reply = http.getResponse<FastifyReply>();
    setRateLimitHeaders(reply, limits);
    this.metrics.count(limits);
    if (allowed) return true;
    // Who goes beyond a limit of his own has himself to blame, and not all who share his address.
    const isByIp = checks.some(
      ({ policy: { per } }, i) => !decisions[i]?.allowed && isByAddress(per),
    );
    if (isByIp) this.refusals.note(request.ip);
    const refused = longestRefusal(limits);
    void reply.header('retry-after', String(inSeconds(refused.decision.retryAfterMs)));
    throw this.#exceeded(refused);
  }

  #namesOf(context: ExecutionContext): readonly RateLimitName[] {
    const places = [context.getHandler(), context.getClass()];
    const own =
      this.reflector.getAllAndOverride<readonly RateLimitName[] | undefined>(
        RATE_LIMIT_METADATA,
        places,
      ) ?? NONE;
    const isExempt = this.reflector.getAllAndOverride<true | undefined>(
      NO_GENERAL_LIMITS_METADATA,
      places,
    );
    if (isExempt) return own;
    // One that a route names as well is taken from once.
    return own.length === 0 ? GENERAL_LIMITS : [...new Set([...own, ...GENERAL_LIMITS])];
  }

  #checksOf(names: readonly RateLimitName[], request: LimitedRequest) {
    return names.flatMap((name) => {
      const policy = this.table.get(name);
      const subject = subjectOf(request, policy.per);
      return subject === undefined ? [] : [{ policy, subject }];
    });
  }

  #exceeded({ policy: { name, limit, windowMs }, decision }: CheckedLimit): AppError {
    const { retryAfterMs, resetMs } = decision;
    return new AppError(
      'too_many_requests',
      'rate_limit.exceeded',
      `Too many requests: at most ${limit} in ${inSeconds(windowMs)} s. Try again in ${inSeconds(retryAfterMs)} s.`,
      {
        details: {
          policy: name,
          limit,
          windowMs,
          retryAfterMs,
          resetAt: new Date(this.clock.nowMs() + resetMs).toISOString(),
        },
      },
    );
  }
}

/** The one that decides when to come again. At least one was refused. */
function longestRefusal(limits: readonly CheckedLimit[]): CheckedLimit {
  return limits
    .filter(({ decision }) => !decision.allowed)
    .reduce((a, b) => (b.decision.retryAfterMs > a.decision.retryAfterMs ? b : a));
}
