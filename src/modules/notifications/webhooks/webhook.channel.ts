import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { HOUR_MS, SECOND_MS } from '../../../kernel/duration.js';
import {
  NotificationChannel,
  TARGET_GONE,
  targetsByUser,
  type DeliveryOutcome,
} from '../channels/notification-channel.js';
import { OutboundHttp, type OutboundAnswer } from '../channels/outbound-http.js';
import { postOutcome, saysGone, type Receiver } from '../channels/post-outcome.js';
import { toNotification } from '../inbox/notifications.mappers.js';
import type { NotificationRow } from '../notifications.table.js';
import { WebhookEndpointsService, type OpenedEndpoint } from './webhook-endpoints.service.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import { webhookHeaders } from './webhook-signature.js';
import { WebhookTraffic } from './webhook-traffic.js';

const RECEIVER: Receiver = {
  channel: 'webhook',
  name: 'The receiver',
  gone: [410],
  goneReason: 'The receiver is gone: the endpoint is switched off.',
  mayPass: () => true,
};

/** As long as anything else is tried: what waits for an endpoint that is down is not more than what happened in that time. */
const WAITS_MS = HOUR_MS;

const DOWN: DeliveryOutcome = {
  kind: 'failed',
  failure: {
    code: 'notifications.webhook_down',
    reason: 'The receiver has answered nothing for long.',
    retryable: false,
  },
};

/** As a signed request to each endpoint of the user: for programs. */
@Injectable()
export class WebhookChannel extends NotificationChannel {
  override readonly name = 'webhook';

  constructor(
    private readonly endpoints: WebhookEndpointsService,
    private readonly rows: WebhookEndpointsRepository,
    private readonly outbound: OutboundHttp,
    private readonly traffic: WebhookTraffic,
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
    const admission = this.traffic.enter(userId, endpointId);
    if (admission.kind === 'wait') {
      const { waitMs, down } = admission;
      const waitedMs = this.clock.nowMs() - notification.createdAt.getTime();
      return down && waitedMs >= WAITS_MS ? DOWN : { kind: 'busy', waitMs };
    }
    let timedOut = false;
    try {
      const answer = await this.#post(notification, endpoint);
      timedOut = answer.kind === 'unanswered' && answer.why === 'timeout';
      if (saysGone(answer, RECEIVER)) await this.endpoints.disable(userId, endpointId);
      return postOutcome(answer, RECEIVER, new Date(this.clock.nowMs()));
    } finally {
      admission.leave({ timedOut });
    }
  }

  #post(notification: NotificationRow, { url, secret }: OpenedEndpoint): Promise<OutboundAnswer> {
    const data = toNotification(notification);
    const body = JSON.stringify({ type: data.kind, timestamp: data.createdAt, data });
    const timestampS = Math.floor(this.clock.nowMs() / SECOND_MS);
    return this.outbound.post(url, {
      headers: {
        'content-type': 'application/json',
        ...webhookHeaders(secret, { id: notification.id, timestampS, body }),
      },
      body,
    });
  }
}
