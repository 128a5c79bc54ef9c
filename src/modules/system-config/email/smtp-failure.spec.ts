import { toMailFailure } from './smtp-failure.js';

const thrown = (fields: Record<string, unknown>) =>
  Object.assign(new Error('535 5.7.8 secret-password rejected'), fields);

describe('the reason why a mail was not taken', () => {
  it.each([
    ['a deadline of ours', { code: 'EABORT' }, 'timeout', 'unavailable', true],
    ['a server that does not answer', { code: 'ETIMEDOUT' }, 'timeout', 'unavailable', true],
    [
      'a port nobody listens on',
      { code: 'ESOCKET', originalCode: 'ECONNREFUSED' },
      'unreachable',
      'unavailable',
      true,
    ],
    [
      'a name nobody has',
      { code: 'EDNS', originalCode: 'ENOTFOUND' },
      'unreachable',
      'unavailable',
      true,
    ],
    ['a connection that breaks', { code: 'ECONNECTION' }, 'unreachable', 'unavailable', true],
    ['a greeting of something else', { code: 'EPROTOCOL' }, 'protocol', 'unavailable', true],
    [
      '"busy, try later"',
      { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 451 },
      'deferred',
      'unavailable',
      true,
    ],
    [
      'a server that wants no guests',
      { code: 'ECONNECTION', responseCode: 554 },
      'deferred',
      'unavailable',
      true,
    ],
    [
      'a certificate of its own making',
      { code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      'tls_failed',
      'unprocessable',
      true,
    ],
    [
      'TLS spoken to a plain port',
      { code: 'ESOCKET', originalCode: 'ERR_SSL_WRONG_VERSION_NUMBER' },
      'tls_failed',
      'unprocessable',
      true,
    ],
    ['no STARTTLS', { code: 'ETLS', responseCode: 502 }, 'tls_failed', 'unprocessable', true],
    [
      'a wrong password',
      { code: 'EAUTH', responseCode: 535 },
      'login_refused',
      'unprocessable',
      true,
    ],
    [
      'a server that wants a sign-in',
      { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 530 },
      'login_refused',
      'unprocessable',
      true,
    ],
    [
      'a sender that is not theirs',
      { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 553 },
      'sender_refused',
      'unprocessable',
      true,
    ],
    [
      'a recipient nobody knows',
      { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 },
      'recipient_refused',
      'unprocessable',
      false,
    ],
    [
      'an address that is none',
      { code: 'EENVELOPE', command: 'API' },
      'recipient_refused',
      'unprocessable',
      false,
    ],
    [
      'a message it takes for spam',
      { code: 'EMESSAGE', responseCode: 554 },
      'message_refused',
      'unprocessable',
      false,
    ],
    [
      'DATA it does not want',
      { code: 'EENVELOPE', command: 'DATA', responseCode: 554 },
      'message_refused',
      'unprocessable',
      false,
    ],
    ['anything else', {}, 'failed', 'unavailable', true],
  ])('knows %s', (_, fields, name, kind, retryable) => {
    const failure = toMailFailure(thrown(fields));
    expect(failure).toMatchObject({ code: `system_config.email_${name}`, kind, retryable });
    expect(failure.smtpStatus).toBe('responseCode' in fields ? fields.responseCode : undefined);
  });

  it('tells nothing of what the server said', () => {
    const failure = toMailFailure(thrown({ code: 'EAUTH', response: '535 secret-password' }));
    expect(JSON.stringify(failure)).not.toContain('secret-password');
  });

  it('takes what is no error for a failure like others', () => {
    expect(toMailFailure('text')).toMatchObject({ code: 'system_config.email_failed' });
  });
});
