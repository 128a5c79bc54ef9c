import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import {
  NotificationChannel,
  TARGET_GONE,
  targetsByUser,
  type DeliveryOutcome,
} from '../channels/notification-channel.js';
import { OutboundHttp } from '../channels/outbound-http.js';
import { postOutcome, saysGone, type Receiver } from '../channels/post-outcome.js';
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
    private readonly outbound: OutboundHttp,
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
    const { userId, id } = notification;
    const endpoint = await this.endpoints.openForSending(userId, endpointId);
    if (!endpoint) return TARGET_GONE;
    const data = toNotification(notification);
    const body = JSON.stringify({ type: data.kind, timestamp: data.createdAt, data });
    const timestampS = Math.floor(this.clock.nowMs() / SECOND_MS);
    const answer = await this.outbound.post(endpoint.url, {
      headers: {
        'content-type': 'application/json',
        ...webhookHeaders(endpoint.secret, { id, timestampS, body }),
      },
      body,
    });
    if (saysGone(answer, RECEIVER)) await this.endpoints.disable(userId, endpointId);
    return postOutcome(answer, RECEIVER, new Date(this.clock.nowMs()));
  }
}
