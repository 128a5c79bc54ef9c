import type { FastifyReply } from 'fastify';
import { SECOND_MS } from '../kernel/duration.js';
import type { RateLimitDecision, RateLimitPolicy } from '../kernel/rate-limiter.js';

/** A limit and how a call stands to it. */
export interface CheckedLimit {
  readonly policy: RateLimitPolicy;
  readonly decision: RateLimitDecision;
}

/** In the form of draft-ietf-httpapi-ratelimit-headers-10, structured fields (RFC 9651). */
export function setRateLimitHeaders(reply: FastifyReply, limits: readonly CheckedLimit[]): void {
  const list = (textOf: (limit: CheckedLimit) => string) => limits.map(textOf).join(', ');
  void reply.header('ratelimit-policy', list(policyText));
  void reply.header('ratelimit', list(limitText));
}

/** Rounded up: who waits that long has waited long enough. */
export function inSeconds(ms: number): number {
  return Math.ceil(ms / SECOND_MS);
}

function policyText({ policy: { name, limit, windowMs } }: CheckedLimit): string {
  return `"${name}";q=${limit};w=${inSeconds(windowMs)}`;
}

function limitText({ policy, decision }: CheckedLimit): string {
  const { name, windowMs } = policy;
  const { allowed, remaining, retryAfterMs, resetMs } = decision;
  // Beside Retry-After, both must name the same moment. Steps of the window may add some ms to a reset: not a second.
  const inMs = allowed ? Math.min(resetMs, windowMs) : retryAfterMs;
  return `"${name}";r=${remaining};t=${inSeconds(inMs)}`;
}
