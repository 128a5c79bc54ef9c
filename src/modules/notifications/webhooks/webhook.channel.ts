import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import {
  NotificationChannel,
  TARGET_GONE,
  type DeliveryOutcome,
} from '../channels/notification-channel.js';
import { OutboundHttp } from '../channels/outbound-http.js';
import { toNotification } from '../inbox/notifications.mappers.js';
import type { NotificationRow } from '../notifications.table.js';
import { WebhookEndpointsService } from './webhook-endpoints.service.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import { webhookHeaders } from './webhook-signature.js';

const GONE = 410;

const failed = (name: string, reason: string, retryable = true): DeliveryOutcome => ({
  kind: 'failed',
  failure: { code: `notifications.webhook_${name}`, reason, retryable },
});

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
    if (answer.kind === 'unanswered') {
      const { why } = answer;
      return why === 'refused'
        ? failed(why, 'Nothing is sent to an address that is not public.', false)
        : failed(why, 'The receiver has not answered.');
    }
    if (answer.status >= 200 && answer.status < 300) {
      return { kind: 'sent', sentAt: new Date(this.clock.nowMs()) };
    }
    if (answer.status !== GONE) return failed('rejected', `It was answered ${answer.status}.`);
    await this.endpoints.disable(userId, endpointId);
    return failed('gone', 'The receiver is gone: the endpoint is switched off.', false);
  }
}

function targetsByUser(
  rows: readonly { readonly id: string; readonly userId: string }[],
): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>();
  for (const { id, userId } of rows) targets.set(userId, [...(targets.get(userId) ?? []), id]);
  return targets;
}
