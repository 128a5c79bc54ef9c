import { HOUR_MS } from '../../../kernel/duration.js';
import type { DeliveryOutcome } from './notification-channel.js';
import type { OutboundAnswer } from './outbound-http.js';

/** Who takes the requests of a channel. */
export interface Receiver {
  readonly channel: 'push' | 'webhook';
  /** As a sentence begins with it. */
  readonly name: string;
  /** Statuses by which it says that there is no such target any more. */
  readonly gone: readonly number[];
  /** What becomes of the target then, as a sentence. */
  readonly goneReason: string;
  /** Of any other status but 2xx: whether the same may be taken later. */
  readonly mayPass: (status: number) => boolean;
}

/** A receiver cannot put a message off for longer. */
const MAX_WAIT_MS = HOUR_MS;
/** With these a Retry-After says when it may be taken (RFC 9110, 10.2.3, and RFC 6585, 4). */
const SAYS_WHEN: readonly number[] = [429, 503];

/** What has come of a request to a target that a user has named. @param now of the answer */
export function postOutcome(
  answer: OutboundAnswer,
  receiver: Receiver,
  now: Date,
): DeliveryOutcome {
  const { name, gone, goneReason, mayPass } = receiver;
  if (answer.kind === 'unanswered') {
    const { why } = answer;
    return why === 'refused'
      ? failed(receiver, why, 'Nothing is sent to an address that is not public.', false)
      : failed(receiver, why, `${name} has not answered.`, true);
  }
  const { status, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return { kind: 'sent', sentAt: now };
  if (gone.includes(status)) return failed(receiver, 'gone', goneReason, false);
  const waitMs = SAYS_WHEN.includes(status) ? Math.min(retryAfterMs ?? 0, MAX_WAIT_MS) : 0;
  return failed(receiver, 'rejected', `${name} answered ${status}.`, mayPass(status), waitMs);
}

/** Of what has waited too long for a receiver that answers nothing. */
export function downOutcome(receiver: Receiver): DeliveryOutcome {
  return failed(receiver, 'down', `${receiver.name} has answered nothing for long.`, false);
}

function failed(
  { channel }: Receiver,
  what: string,
  reason: string,
  retryable: boolean,
  retryAfterMs = 0,
): DeliveryOutcome {
  const code = `notifications.${channel}_${what}`;
  return { kind: 'failed', failure: { code, reason, retryable, retryAfterMs } };
}

/** Whether the receiver has said that there is no such target any more. */
export function saysGone(answer: OutboundAnswer, { gone }: Receiver): boolean {
  return answer.kind === 'answered' && gone.includes(answer.status);
}
