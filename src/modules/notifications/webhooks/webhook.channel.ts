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
import { toNotification } from '../inbox/notifications.mappers.js';
import type { NotificationRow } from '../notifications.table.js';
import { WebhookEndpointsService, type OpenedEndpoint } from './webhook-endpoints.service.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import { webhookHeaders } from './webhook-signature.js';
import { WebhookTraffic } from './webhook-traffic.js';

const GONE = 410;
/** As long as anything else is tried: what waits for an endpoint that is down is not more than what happened in that time. */
const WAITS_MS = HOUR_MS;

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
      if (!down || waitedMs < WAITS_MS) return { kind: 'busy', waitMs };
      return failed('down', 'The receiver has answered nothing for long.', false);
    }
    let timedOut = false;
    try {
      const answer = await this.#post(notification, endpoint);
      timedOut = answer.kind === 'unanswered' && answer.why === 'timeout';
      return await this.#outcomeOf(answer, userId, endpointId);
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

  async #outcomeOf(
    answer: OutboundAnswer,
    userId: string,
    endpointId: string,
  ): Promise<DeliveryOutcome> {
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
