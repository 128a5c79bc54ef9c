import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiTooManyRequestsResponse } from '@nestjs/swagger';
import type { RateLimitName } from './rate-limit.policies.js';

export const RATE_LIMIT_METADATA = 'bourse:rate-limit';

const text = (description: string) => ({ description, schema: { type: 'string' as const } });

/**
 * Holds the route to the policy of that name: above it the answer is 429 with `Retry-After`. Counted is
 * every call that is let in, before anything is done for it: also one that fails, or has a bad body.
 */
export const RateLimit = (name: RateLimitName) =>
  applyDecorators(
    SetMetadata<string, RateLimitName>(RATE_LIMIT_METADATA, name),
    ApiTooManyRequestsResponse({
      description: `rate_limit.exceeded (${name})`,
      headers: {
        'Retry-After': text('seconds until the same call is let through'),
        RateLimit: text(
          'on every answer: what is left (r), and seconds (t) until all of it is back',
        ),
        'RateLimit-Policy': text('on every answer: the quota (q) and its window in seconds (w)'),
      },
    }),
  );
