import { HOUR_MS, MINUTE_MS } from '../kernel/duration.js';

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
  'auth.register': { scope: 'ip', limit: 3, windowMs: HOUR_MS },
  'orders.place': { scope: 'user', limit: 100, windowMs: MINUTE_MS },
  'ml.train': { scope: 'user', limit: 5, windowMs: HOUR_MS },
} as const satisfies Readonly<Record<string, DefaultPolicy>>;

export type RateLimitName = keyof typeof RATE_LIMITS;
