import { AppError } from '../../kernel/app-error.js';
import { isPositiveInteger, isPossible } from '../../kernel/rate-limit-bounds.js';
import type { RateLimitCheck, RateLimitPolicy } from '../../kernel/rate-limiter.js';

/** Policies that were found good: most are asked for again and again. */
const good = new WeakSet<RateLimitPolicy>();

/** @throws AppError `rate_limit.invalid` */
export function checkAll(checks: readonly RateLimitCheck[]): void {
  for (const { policy, cost = 1 } of checks) checkConsumption(policy, cost);
  if (checks.length === 1) return;
  const names = new Set(checks.map(({ policy, subject }) => `${policy.name}:${subject}`));
  if (checks.length === 0) throw invalid('nothing is to be checked');
  if (names.size < checks.length) throw invalid('one limit is there twice');
}

/** @throws AppError `rate_limit.invalid` */
export function checkConsumption(policy: RateLimitPolicy, cost: number): void {
  if (!good.has(policy)) {
    if (!isPossible(policy)) throw invalid(`rate limit ${policy.name}: impossible policy`);
    good.add(policy);
  }
  if (isPositiveInteger(cost) && cost <= policy.limit) return;
  throw invalid(`rate limit ${policy.name}: impossible cost`);
}

function invalid(problem: string): AppError {
  return new AppError('internal', 'rate_limit.invalid', problem);
}
