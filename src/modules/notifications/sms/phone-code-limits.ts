import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DAY_MS, HOUR_MS } from '../../../kernel/duration.js';
import { RateLimiter, type RateLimitPolicy } from '../../../redis/index.js';
import { tooManyCodes } from '../notifications.errors.js';

/** Codes to one number, whoever asks for them: it may be somebody else's. */
const PER_NUMBER: readonly RateLimitPolicy[] = [
  { name: 'notifications.codes-number', limit: 3, windowMs: HOUR_MS },
  { name: 'notifications.codes-number-day', limit: 10, windowMs: DAY_MS },
];
/** Codes in all: many accounts and many numbers are still one bill. */
const IN_ALL: RateLimitPolicy = { name: 'notifications.codes', limit: 200, windowMs: HOUR_MS };

/** How many codes are sent, beside `notifications.phone` of each user. */
@Injectable()
export class PhoneCodeLimits {
  constructor(private readonly limiter: RateLimiter) {}

  /** @throws AppError `notifications.too_many_codes` (too_many_requests); nothing was counted then */
  async take(number: string): Promise<void> {
    const subject = createHash('sha256').update(number).digest('base64url');
    const { allowed, decisions } = await this.limiter.consumeAll([
      ...PER_NUMBER.map((policy) => ({ policy, subject })),
      { policy: IN_ALL, subject: 'all' },
    ]);
    if (allowed) return;
    throw tooManyCodes(Math.max(...decisions.map(({ retryAfterMs }) => retryAfterMs)));
  }
}
