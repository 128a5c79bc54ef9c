import { Injectable } from '@nestjs/common';
import { DAY_MS, HOUR_MS } from '../../../kernel/duration.js';
import { RateLimiter, type RateLimitPolicy } from '../../../redis/index.js';
import { TARGET_BUSY } from '../channels/notification-channel.js';
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

/** What is urgent is sent at once, but by text message, which is paid for, only so often. */
const URGENT_SMS: readonly RateLimitPolicy[] = [
  { ...hourly('sms', 20), name: 'notifications.sms-urgent' },
  { name: 'notifications.sms-urgent-day', limit: 60, windowMs: DAY_MS },
];

/** How much a user is sent: what is beyond it comes later, and nothing is lost. Not so digests, and what is urgent but by text message. */
@Injectable()
export class DeliveryLimits {
  constructor(private readonly limiter: RateLimiter) {}

  /** @returns 0: now. Only the first attempt counts, and that once, however long it waits for its turn. */
  async waitMs(
    { channel, attempts, lastError }: Pick<DeliveryRow, 'channel' | 'attempts' | 'lastError'>,
    { userId, kind }: Pick<NotificationRow, 'userId' | 'kind'>,
  ): Promise<number> {
    if (attempts > 1 || lastError === TARGET_BUSY || kind === 'digest') return 0;
    const policies = policiesOf(channel, isUrgent(kind));
    if (policies.length === 0) return 0;
    const checks = policies.map((policy) => ({ policy, subject: userId }));
    const { allowed, decisions } = await this.limiter.consumeAll(checks);
    if (allowed) return 0;
    return Math.max(1, ...decisions.map(({ retryAfterMs }) => retryAfterMs));
  }
}

function policiesOf(channel: DeliveryChannelName, urgent: boolean): readonly RateLimitPolicy[] {
  if (!urgent) return [POLICIES[channel]];
  return channel === 'sms' ? URGENT_SMS : [];
}
