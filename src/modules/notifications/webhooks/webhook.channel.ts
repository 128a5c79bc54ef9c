import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import {
  NotificationChannel,
  TARGET_GONE,
  targetsByUser,
  type DeliveryOutcome,
} from '../channels/notification-channel.js';
import type { OutboundPost } from '../channels/outbound-http.js';
import type { Receiver } from '../channels/post-outcome.js';
import { TargetRequests } from '../channels/target-requests.js';
import { toNotification } from '../inbox/notifications.mappers.js';
import type { NotificationRow } from '../notifications.table.js';
import { WebhookEndpointsService } from './webhook-endpoints.service.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import { webhookHeaders } from './webhook-signature.js';

const RECEIVER: Receiver = {
  channel: 'webhook',
  name: 'The receiver',
  gone: [410],
  goneReason: 'The receiver is gone: the endpoint is switched off.',
  mayPass: () => true,
};

/** As a signed request to each endpoint of the user: for programs. */
@Injectable()
export class WebhookChannel extends NotificationChannel {
  override readonly name = 'webhook';

  constructor(
    private readonly endpoints: WebhookEndpointsService,
    private readonly rows: WebhookEndpointsRepository,
    private readonly requests: TargetRequests,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    super();
  }

  override async targetsOf(
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    return targetsByUser(await this.rows.listEnabled(userIds));
  }

  override async deliver(
    notification: NotificationRow,
    endpointId: string,
  ): Promise<DeliveryOutcome> {
    const { userId } = notification;
    const endpoint = await this.endpoints.openForSending(userId, endpointId);
    if (!endpoint) return TARGET_GONE;
    const target = { id: endpointId, url: endpoint.url };
    const { outcome, saidGone } = await this.requests.send(notification, target, RECEIVER, () =>
      this.#request(notification, endpoint.secret),
    );
    if (saidGone) await this.endpoints.disable(endpointId, endpoint.url);
    return outcome;
  }

  #request(notification: NotificationRow, secret: string): OutboundPost {
    const data = toNotification(notification);
    const body = JSON.stringify({ type: data.kind, timestamp: data.createdAt, data });
    const timestampS = Math.floor(this.clock.nowMs() / SECOND_MS);
    return {
      headers: {
        'content-type': 'application/json',
        ...webhookHeaders(secret, { id: notification.id, timestampS, body }),
      },
      body,
    };
  }
}
