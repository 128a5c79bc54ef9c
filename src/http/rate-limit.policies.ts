import { AppError } from '../kernel/app-error.js';
import { HOUR_MS, MINUTE_MS } from '../kernel/duration.js';
import { isPossible } from '../kernel/rate-limit-bounds.js';
import type { RateLimitPolicy } from '../kernel/rate-limiter.js';
import type { LimitSubject } from './limit-subject.js';

/** A row of the table; what it leaves out is as `RateLimitPolicy` says. */
interface DeclaredLimit extends Omit<RateLimitPolicy, 'name'> {
  /** Whose calls are counted together. */
  readonly per: LimitSubject;
}

/**
 * The one table of limits (requirements, A13). `RATE_LIMITS` in the environment replaces figures of it, and
 * administrators do at run time. While Redis is away each holds in every process to its share of it.
 */
export const RATE_LIMITS = {
  'auth.login': { per: 'ip', limit: 5, windowMs: 5 * MINUTE_MS },
  'auth.password': { per: 'session', limit: 5, windowMs: 5 * MINUTE_MS },
  'auth.register': { per: 'ip', limit: 3, windowMs: HOUR_MS },
  'orders.place': { per: 'user', limit: 100, windowMs: MINUTE_MS },
  // Many accounts of one address are one sender.
  'orders.place-ip': { per: 'ip', limit: 1_000, windowMs: MINUTE_MS },
  'account.transfer': { per: 'user', limit: 60, windowMs: MINUTE_MS },
  'ml.train': { per: 'user', limit: 5, windowMs: HOUR_MS },
  // Each sends a text message, which is paid for.
  'notifications.phone': { per: 'user', limit: 5, windowMs: HOUR_MS },
  // Mail programs of many people may share an address.
  'notifications.unsubscribe': { per: 'ip', limit: 120, windowMs: HOUR_MS },
  // Refusals of limits that count addresses: beyond it the address is blocked, on every route.
  'abuse.refusals': { per: 'ip', limit: 50, windowMs: 5 * MINUTE_MS },
  // Of every route, see GENERAL_LIMITS. Buckets: who works through a list spaces his calls, and is not stopped.
  'api.anonymous': { per: 'anonymous', limit: 120, windowMs: MINUTE_MS, algorithm: 'token-bucket' },
  'api.key': { per: 'key', limit: 300, windowMs: MINUTE_MS, algorithm: 'token-bucket' },
  'api.signed-in': { per: 'user', limit: 600, windowMs: MINUTE_MS, algorithm: 'token-bucket' },
} as const satisfies Readonly<Record<string, DeclaredLimit>>;

export type RateLimitName = keyof typeof RATE_LIMITS;

/** The limits of every route, beside those that it declares: one of them concerns a caller, of a key two. */
export const GENERAL_LIMITS: readonly RateLimitName[] = [
  'api.anonymous',
  'api.key',
  'api.signed-in',
];

/** A limit as it holds in this process. */
export interface LimitPolicy extends RateLimitPolicy {
  readonly per: LimitSubject;
}

/** What may be set in place of the declared figures; undefined: as declared. */
export interface LimitFigures {
  readonly limit?: number | undefined;
  readonly windowMs?: number | undefined;
  readonly shadow?: boolean | undefined;
}

/**
 * The table with the figures of the environment.
 * @throws AppError `config.invalid` for a name that is not in the table, or is there twice.
 */
export function resolvePolicies(
  replacements: readonly Pick<RateLimitPolicy, 'name' | 'limit' | 'windowMs'>[],
): ReadonlyMap<string, LimitPolicy> {
  const policies = new Map<string, LimitPolicy>(
    Object.entries(RATE_LIMITS).map(([name, policy]) => [name, { name, ...policy }]),
  );
  const seen = new Set<string>();
  for (const { name, limit, windowMs } of replacements) {
    const policy = policies.get(name);
    if (policy === undefined) throw invalid(`no limit is called ${name}`);
    if (seen.has(name)) throw invalid(`${name} is there twice`);
    seen.add(name);
    const replaced = { ...policy, limit, windowMs };
    if (!isPossible(replaced)) throw invalid(`${name} cannot count so many in so long a window`);
    policies.set(name, replaced);
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
