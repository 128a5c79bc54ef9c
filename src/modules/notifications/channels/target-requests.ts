import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { HOUR_MS } from '../../../kernel/duration.js';
import type { NotificationRow } from '../notifications.table.js';
import type { DeliveryOutcome } from './notification-channel.js';
import { OutboundHttp, type OutboundAnswer, type OutboundPost } from './outbound-http.js';
import { downOutcome, postOutcome, saysGone, type Receiver } from './post-outcome.js';
import { TargetTraffic } from './target-traffic.js';

/** Where a request goes: to an address that a user has named, under our id of it. */
export interface RequestTarget {
  readonly id: string;
  readonly url: string;
}

/** What has come of a request. */
export interface TargetAnswer {
  readonly outcome: DeliveryOutcome;
  /** The receiver has said that there is no such target any more. */
  readonly saidGone: boolean;
}

/** As long as anything else is tried: what waits for a target that is down is not more than what happened in that time. */
const WAITS_MS = HOUR_MS;

/** Sends notifications as requests to what users have named, in their turn. */
@Injectable()
export class TargetRequests {
  constructor(
    private readonly outbound: OutboundHttp,
    private readonly traffic: TargetTraffic,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @param write makes the request, once it is let in. @returns `busy` while it is not; never rejects for what the receiver does */
  async send(
    { userId, createdAt }: Pick<NotificationRow, 'userId' | 'createdAt'>,
    { id, url }: RequestTarget,
    receiver: Receiver,
    write: () => OutboundPost,
  ): Promise<TargetAnswer> {
    const admission = this.traffic.enter(userId, id);
    if (admission.kind === 'wait') {
      const { waitMs, down } = admission;
      const isTooLate = down && this.clock.nowMs() - createdAt.getTime() >= WAITS_MS;
      return {
        outcome: isTooLate ? downOutcome(receiver) : { kind: 'busy', waitMs },
        saidGone: false,
      };
    }
    let answer: OutboundAnswer | undefined;
    try {
      answer = await this.outbound.post(url, write());
    } finally {
      admission.leave({ timedOut: answer?.kind === 'unanswered' && answer.why === 'timeout' });
    }
    const outcome = postOutcome(answer, receiver, new Date(this.clock.nowMs()));
    return { outcome, saidGone: saysGone(answer, receiver) };
  }
}
