import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiTooManyRequestsResponse } from '@nestjs/swagger';
import type { RateLimitName } from './rate-limit.policies.js';

export const RATE_LIMIT_METADATA = 'bourse:rate-limit';
export const NO_GENERAL_LIMITS_METADATA = 'bourse:no-general-limits';

const text = (description: string) => ({ description, schema: { type: 'string' as const } });

/** For routes that probes and scrapes ask: the limits of every route (`api.…`) do not hold there. */
export const NoGeneralLimits = () => SetMetadata<string, true>(NO_GENERAL_LIMITS_METADATA, true);

/**
 * Holds the route, beside the limits of every route, to the policies of these names, all of them or none in one step: above one of them the answer is 429
 * with `Retry-After`, and no other has lost anything. Counted is every call that is let in, before anything is done for
 * it: also one that fails, or has a bad body.
 */
export const RateLimit = (...names: readonly [RateLimitName, ...RateLimitName[]]) =>
  applyDecorators(
    SetMetadata<string, readonly RateLimitName[]>(RATE_LIMIT_METADATA, names),
    ApiTooManyRequestsResponse({
      description: `rate_limit.exceeded (${names.join(', ')})`,
      headers: {
        'Retry-After': text('seconds until the same call is let through'),
        RateLimit: text(
          'on every answer, for each limit: what is left (r), and seconds (t) until all of it is back',
        ),
        'RateLimit-Policy': text(
          'on every answer, for each limit: the quota (q) and its window in seconds (w)',
        ),
      },
    }),
  );
