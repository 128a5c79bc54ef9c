import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import webPush from 'web-push';
import { DAY_MS, SECOND_MS } from '../../../kernel/duration.js';
import { PushConfigService, type VapidDetails } from '../../system-config/index.js';
import { UserSettingsService } from '../../users/index.js';
import {
  NotificationChannel,
  TARGET_GONE,
  targetsByUser,
  type DeliveryOutcome,
} from '../channels/notification-channel.js';
import type { OutboundPost } from '../channels/outbound-http.js';
import type { Receiver } from '../channels/post-outcome.js';
import { TargetRequests } from '../channels/target-requests.js';
import type { NotificationRow } from '../notifications.table.js';
import { renderStored, type RenderedNotification } from '../templates/render-notification.js';
import { PushSubscriptionsRepository } from './push-subscriptions.repository.js';
import { PushSubscriptionsService, type OpenedSubscription } from './push-subscriptions.service.js';

/** A push service keeps it so long for a browser that is not running. */
const KEPT_S = DAY_MS / SECOND_MS;
const NOT_CONFIGURED = 'notifications.push_not_configured';

const RECEIVER: Receiver = {
  channel: 'push',
  name: 'The push service',
  gone: [404, 410],
  goneReason: 'The browser has unsubscribed: it is removed.',
  mayPass: (status) => status === 429 || status >= 500,
};

/** To each browser of the user: encrypted for it alone (RFC 8291), by the push service of its maker. */
@Injectable()
export class PushChannel extends NotificationChannel {
  override readonly name = 'push';

  constructor(
    private readonly subscriptions: PushSubscriptionsService,
    private readonly rows: PushSubscriptionsRepository,
    private readonly settings: UserSettingsService,
    private readonly keys: PushConfigService,
    private readonly requests: TargetRequests,
  ) {
    super();
  }

  override async targetsOf(
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    return targetsByUser(await this.rows.list(userIds));
  }

  override async deliver(
    notification: NotificationRow,
    subscriptionId: string,
  ): Promise<DeliveryOutcome> {
    const { userId } = notification;
    const subscription = await this.subscriptions.openForSending(userId, subscriptionId);
    if (!subscription) return TARGET_GONE;
    const news = renderStored(notification, await this.settings.get(userId));
    const vapid = await this.keys.openForSending();
    if (!vapid) {
      const recipient = new URL(subscription.endpoint).host;
      const message = { recipient, subject: news.title, text: news.short, html: null };
      return { kind: 'not-configured', code: NOT_CONFIGURED, message };
    }
    const target = { id: subscriptionId, url: subscription.endpoint };
    const { outcome, saidGone } = await this.requests.send(notification, target, RECEIVER, () =>
      requestOf(notification, news, subscription, vapid),
    );
    if (saidGone) await this.rows.remove(userId, subscriptionId);
    return outcome;
  }
}

function requestOf(
  { id, kind, createdAt }: NotificationRow,
  { title, short }: RenderedNotification,
  subscription: OpenedSubscription,
  vapidDetails: VapidDetails,
): OutboundPost {
  // Far below the 4,096 bytes that a service has to take (RFC 8030, 7.2).
  const payload = JSON.stringify({ id, kind, title, body: short, createdAt });
  // Under the same topic the later one replaces the earlier: sent twice, it is shown once.
  const topic = createHash('sha256').update(id).digest('base64url').slice(0, 32);
  const details = webPush.generateRequestDetails(subscription, payload, {
    vapidDetails,
    TTL: KEPT_S,
    topic,
    contentEncoding: 'aes128gcm',
  });
  return { headers: details.headers, body: details.body };
}
