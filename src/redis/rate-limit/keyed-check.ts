import type { RateLimitCheck, RateLimitPolicy } from '../../kernel/rate-limiter.js';

/** A check, and the key of its count. */
export interface KeyedCheck extends RateLimitCheck {
  readonly key: string;
}

/** Units that the shared counts do not know of. */
export interface OwedUnits {
  readonly key: string;
  readonly policy: RateLimitPolicy;
  /** Oldest first; `ageUs` is negative where a unit counts from the end of a step on. */
  readonly taken: readonly { readonly ageUs: number; readonly units: number }[];
}
