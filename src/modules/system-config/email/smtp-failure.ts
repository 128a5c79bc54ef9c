import type { ErrorKind } from '../../../kernel/app-error.js';

/** Why a mail was not taken, in words that hold nothing of what the server or the settings said. */
export interface MailFailure {
  readonly code: `system_config.email_${string}`;
  readonly reason: string;
  /** Whether the same mail may be taken later: the server is away or busy, or an administrator can mend a setting. */
  readonly retryable: boolean;
  /** `unprocessable`: a setting or an address is wrong; `unavailable`: the server does not answer, or not now. */
  readonly kind: Extract<ErrorKind, 'unprocessable' | 'unavailable'>;
  /** The reply of the server, such as 550. */
  readonly smtpStatus?: number;
}

type Verdict = Omit<MailFailure, 'smtpStatus'>;

export const NOT_CONFIGURED: MailFailure = {
  code: 'system_config.email_not_configured',
  reason: 'No mail server is set.',
  retryable: false,
  kind: 'unprocessable',
};

export const PASSWORD_UNREADABLE: MailFailure = {
  code: 'system_config.email_password_unreadable',
  reason: 'The stored password cannot be opened with the present keys: set it again.',
  retryable: true,
  kind: 'unprocessable',
};

const setting = (name: string, reason: string): Verdict => ({
  code: `system_config.email_${name}`,
  reason,
  retryable: true,
  kind: 'unprocessable',
});
const refusal = (name: string, reason: string): Verdict => ({
  ...setting(name, reason),
  retryable: false,
});
const outage = (name: string, reason: string): Verdict => ({
  ...setting(name, reason),
  kind: 'unavailable',
});

const TIMEOUT = outage('timeout', 'The mail server did not take the mail in time.');
const UNREACHABLE = outage('unreachable', 'There is no connection to the mail server.');
const PROTOCOL = outage('protocol', 'What answers there does not speak SMTP as expected.');
const DEFERRED = outage('deferred', 'The mail server refused for now.');
const UNKNOWN = outage('failed', 'The mail could not be sent.');
const TLS = setting(
  'tls_failed',
  'No trusted encrypted connection to the mail server: wrong security setting or certificate.',
);
const LOGIN = setting('login_refused', 'The mail server wants another user or password.');
const SENDER = setting('sender_refused', 'The mail server refused the sender address.');
const RECIPIENT = refusal('recipient_refused', 'The mail server refused the recipient.');
const MESSAGE = refusal('message_refused', 'The mail server refused the message.');

/** RFC 4954, 6: wherever in the dialogue they come. */
const WANTS_LOGIN: ReadonlySet<number> = new Set([530, 534, 535, 538]);

/** As OpenSSL and Node name what is wrong with a certificate or a handshake. */
const TLS_FAULT =
  /^(ERR_TLS|ERR_SSL|EPROTO$|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Classifies what nodemailer threw; reply codes as RFC 5321, 4.2.1: 4yz is "not now", 5yz is "no". */
export function toMailFailure(error: unknown): MailFailure {
  const smtpStatus = numberAt(error, 'responseCode');
  const verdict = judge(error, smtpStatus);
  return smtpStatus === undefined ? verdict : { ...verdict, smtpStatus };
}

function judge(error: unknown, smtpStatus: number | undefined): Verdict {
  if (smtpStatus !== undefined && smtpStatus >= 400 && smtpStatus < 500) return DEFERRED;
  if (smtpStatus !== undefined && WANTS_LOGIN.has(smtpStatus)) return LOGIN;
  switch (textAt(error, 'code')) {
    case 'EABORT':
    case 'ETIMEDOUT':
      return TIMEOUT;
    case 'ETLS':
    case 'EREQUIRETLS':
      return TLS;
    case 'EAUTH':
    case 'ENOAUTH':
      return LOGIN;
    case 'EDNS':
      return UNREACHABLE;
    case 'ESOCKET':
    case 'ECONNECTION':
      return ofConnection(textAt(error, 'originalCode'), smtpStatus);
    case 'EPROTOCOL':
      return PROTOCOL;
    case 'EENVELOPE':
      return textAt(error, 'command') === 'MAIL FROM' ? SENDER : ofEnvelope(error);
    case 'EMESSAGE':
      return MESSAGE;
    default:
      return UNKNOWN;
  }
}

function ofConnection(systemCode: string | undefined, smtpStatus: number | undefined): Verdict {
  if (systemCode !== undefined && TLS_FAULT.test(systemCode)) return TLS;
  if (systemCode === 'ETIMEDOUT') return TIMEOUT;
  // With a reply there was a connection: the server does not want it.
  return smtpStatus === undefined ? UNREACHABLE : DEFERRED;
}

/** Refused at `RCPT TO`, or an address that cannot be said in SMTP; at `DATA` it is the message. */
function ofEnvelope(error: unknown): Verdict {
  return textAt(error, 'command') === 'DATA' ? MESSAGE : RECIPIENT;
}

function textAt(error: unknown, name: string): string | undefined {
  const value = valueAt(error, name);
  return typeof value === 'string' ? value : undefined;
}

function numberAt(error: unknown, name: string): number | undefined {
  const value = valueAt(error, name);
  return typeof value === 'number' ? value : undefined;
}

function valueAt(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null
    ? (error as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
