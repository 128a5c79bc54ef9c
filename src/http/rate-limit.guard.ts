import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { AppError } from '../kernel/app-error.js';
import { Clock } from '../kernel/clock.js';
import { SECOND_MS } from '../kernel/duration.js';
import type { AuthenticatedRequest } from '../kernel/principal.js';
import { RateLimiter, type RateLimitDecision } from '../kernel/rate-limiter.js';
import { clientNetwork } from './client-network.js';
import { RATE_LIMIT_METADATA } from './rate-limit.decorator.js';
import { resolvePolicies, type RateLimitName, type ScopedPolicy } from './rate-limit.policies.js';

/**
 * Counts the calls of limited routes. Stands behind the access guard: users are known by then, and who is
 * not let in anyway uses up nobody's limit.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  readonly #policies: ReadonlyMap<string, ScopedPolicy>;

  /** @throws AppError `config.invalid`: `RATE_LIMITS` names a limit that there is not. */
  constructor(
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Config) config: Config,
  ) {
    this.#policies = resolvePolicies(config.rateLimits);
  }

  /** @throws AppError `rate_limit.exceeded` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const policy = this.#policyOf(context);
    if (policy === undefined) return true;
    const http = context.switchToHttp();
    const subject = subjectOf(http.getRequest(), policy);
    const decision = await this.limiter.consume(policy, subject);
    setHeaders(http.getResponse(), policy, decision);
    if (decision.allowed) return true;
    throw this.#exceeded(policy, decision);
  }

  #policyOf(context: ExecutionContext): ScopedPolicy | undefined {
    const name = this.reflector.getAllAndOverride<RateLimitName | undefined>(RATE_LIMIT_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    return name === undefined ? undefined : this.#policies.get(name);
  }

  #exceeded({ name, limit, windowMs }: ScopedPolicy, decision: RateLimitDecision): AppError {
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

/** A limit for users on a route that anybody may call counts by address. */
function subjectOf(
  request: FastifyRequest & AuthenticatedRequest,
  { scope }: ScopedPolicy,
): string {
  if (scope === 'user' && request.principal) return request.principal.userId;
  return clientNetwork(request.ip);
}

/** In the form of draft-ietf-httpapi-ratelimit-headers-10, structured fields (RFC 9651). */
function setHeaders(
  reply: FastifyReply,
  { name, limit, windowMs }: ScopedPolicy,
  { allowed, remaining, retryAfterMs, resetMs }: RateLimitDecision,
): void {
  // Beside Retry-After, both must name the same moment.
  const inMs = allowed ? resetMs : retryAfterMs;
  void reply.header('ratelimit-policy', `"${name}";q=${limit};w=${inSeconds(windowMs)}`);
  void reply.header('ratelimit', `"${name}";r=${remaining};t=${inSeconds(inMs)}`);
  if (!allowed) void reply.header('retry-after', String(inSeconds(retryAfterMs)));
}

/** Rounded up: who waits that long has waited long enough. */
function inSeconds(ms: number): number {
  return Math.ceil(ms / SECOND_MS);
}
