import { AppError } from '../kernel/app-error.js';
import { HOUR_MS, MINUTE_MS } from '../kernel/duration.js';
import type { RateLimitPolicy } from '../kernel/rate-limiter.js';

/** Whose calls are counted together: an address, or a signed-in user. */
export type RateLimitScope = 'ip' | 'user';

interface DefaultPolicy {
  readonly scope: RateLimitScope;
  readonly limit: number;
  readonly windowMs: number;
}

/** The one table of limits (requirements, A13). `RATE_LIMITS` in the environment replaces figures of it. */
export const RATE_LIMITS = {
  'auth.login': { scope: 'ip', limit: 5, windowMs: 5 * MINUTE_MS },
  'auth.password': { scope: 'user', limit: 5, windowMs: 5 * MINUTE_MS },
  'auth.register': { scope: 'ip', limit: 3, windowMs: HOUR_MS },
  'orders.place': { scope: 'user', limit: 100, windowMs: MINUTE_MS },
  'ml.train': { scope: 'user', limit: 5, windowMs: HOUR_MS },
} as const satisfies Readonly<Record<string, DefaultPolicy>>;

export type RateLimitName = keyof typeof RATE_LIMITS;

/** A limit as it holds in this process. */
export interface ScopedPolicy extends RateLimitPolicy {
  readonly scope: RateLimitScope;
}

/**
 * The table with the figures of the environment.
 * @throws AppError `config.invalid` for a name that is not in the table, or is there twice.
 */
export function resolvePolicies(
  replacements: readonly RateLimitPolicy[],
): ReadonlyMap<string, ScopedPolicy> {
  const policies = new Map<string, ScopedPolicy>(
    Object.entries(RATE_LIMITS).map(([name, policy]) => [name, { name, ...policy }]),
  );
  const seen = new Set<string>();
  for (const { name, limit, windowMs } of replacements) {
    const policy = policies.get(name);
    if (policy === undefined) throw invalid(`no limit is called ${name}`);
    if (seen.has(name)) throw invalid(`${name} is there twice`);
    seen.add(name);
    policies.set(name, { ...policy, limit, windowMs });
  }
  return policies;
}

function invalid(problem: string): AppError {
  const names = Object.keys(RATE_LIMITS).join(', ');
  return new AppError(
    'invalid',
    'config.invalid',
    `bad configuration: RATE_LIMITS: ${problem}; the limits are ${names}`,
  );
}
