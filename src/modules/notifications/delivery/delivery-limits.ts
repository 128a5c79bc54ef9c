import { Injectable } from '@nestjs/common';
import { HOUR_MS } from '../../../kernel/duration.js';
import { RateLimiter, type RateLimitPolicy } from '../../../redis/index.js';
import type { DeliveryChannelName } from '../delivery-channels.js';
import { isUrgent } from '../notification-kinds.js';
import type { DeliveryRow, NotificationRow } from '../notifications.table.js';

const hourly = (channel: DeliveryChannelName, limit: number): RateLimitPolicy => ({
  name: `notifications.${channel}`,
  limit,
  windowMs: HOUR_MS,
});

/** What one user is sent in any hour; a text message is paid for. */
const POLICIES: Readonly<Record<DeliveryChannelName, RateLimitPolicy>> = {
  email: hourly('email', 60),
  sms: hourly('sms', 10),
  push: hourly('push', 120),
  webhook: hourly('webhook', 600),
};

/** How much a user is sent: what is beyond it comes later, and nothing is lost. Not so what is urgent, and digests. */
@Injectable()
export class DeliveryLimits {
  constructor(private readonly limiter: RateLimiter) {}

  /** @returns 0: now. Only the first attempt counts. */
  async waitMs(
    { channel, attempts }: Pick<DeliveryRow, 'channel' | 'attempts'>,
    { userId, kind }: Pick<NotificationRow, 'userId' | 'kind'>,
  ): Promise<number> {
    if (attempts > 1 || kind === 'digest' || isUrgent(kind)) return 0;
    const { allowed, retryAfterMs } = await this.limiter.consume(POLICIES[channel], userId);
    return allowed ? 0 : Math.max(1, retryAfterMs);
  }
}
