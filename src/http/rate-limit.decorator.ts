import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiTooManyRequestsResponse } from '@nestjs/swagger';
import type { RateLimitName } from './rate-limit.policies.js';

export const RATE_LIMIT_METADATA = 'bourse:rate-limit';

/** Holds the route to the policy of that name: above it the answer is 429 with `Retry-After`. */
export const RateLimit = (name: RateLimitName) =>
  applyDecorators(
    SetMetadata<string, RateLimitName>(RATE_LIMIT_METADATA, name),
    ApiTooManyRequestsResponse({ description: `rate_limit.exceeded (${name})` }),
  );
