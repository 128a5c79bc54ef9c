import type { ErrorKind } from '../../../kernel/app-error.js';

/** Why a text message was not taken, in words that hold nothing of what the other side said. */
export interface SmsFailure {
  readonly code: `system_config.sms_${string}`;
  readonly reason: string;
  /** Whether the same message may be sent again: it was not taken for sure, and may be later. */
  readonly retryable: boolean;
  readonly kind: Extract<ErrorKind, 'unprocessable' | 'unavailable'>;
}

const refusal = (name: string, reason: string): SmsFailure => ({
  code: `system_config.sms_${name}`,
  reason,
  retryable: false,
  kind: 'unprocessable',
});
const outage = (name: string, reason: string, retryable = true): SmsFailure => ({
  code: `system_config.sms_${name}`,
  reason,
  retryable,
  kind: 'unavailable',
});

export const NOT_CONFIGURED = refusal('not_configured', 'No account for text messages is set.');
export const TOKEN_UNREADABLE = refusal(
  'token_unreadable',
  'The stored token cannot be opened with the present keys: set it again.',
);
const LOGIN = refusal('login_refused', 'Twilio wants another account or token.');
const MESSAGE = refusal('message_refused', 'Twilio refused the recipient, the sender or the text.');
const BUSY = outage('busy', 'Twilio takes no more messages for now.');
const DOWN = outage('failed', 'Twilio could not take the message.');
const UNREACHABLE = outage('unreachable', 'There is no connection to Twilio.');
/** Sent again, it might arrive twice: Twilio knows no key by which it would notice. */
const UNCERTAIN = outage('uncertain', 'Whether Twilio took the message is not known.', false);

/** By the status of an answer: "no" is final, "not now" is tried again (Twilio's API, "Response codes"). */
export function failureOfStatus(status: number): SmsFailure {
  if (status === 429) return BUSY;
  if (status === 401 || status === 403) return LOGIN;
  return status >= 400 && status < 500 ? MESSAGE : DOWN;
}

/** For want of an answer. @param wasConnected before that nothing of a message is on its way: no name, no route, no TLS, no time */
export function failureOfSilence(wasConnected: boolean): SmsFailure {
  return wasConnected ? UNCERTAIN : UNREACHABLE;
}
