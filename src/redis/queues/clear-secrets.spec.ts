import { z } from 'zod';
import { clearSecrets } from './clear-secrets.js';

describe('secrets of a payload', () => {
  it('are found by their names, however deep and in whichever branch', () => {
    const schema = z.object({
      smtpPassword: z.string(),
      account: z.object({ api_key: z.string(), id: z.string() }),
      list: z.array(z.union([z.string(), z.object({ 'Session-Token': z.string() })])),
      cookies: z.record(z.string(), z.string()).optional(),
    });
    expect(clearSecrets(schema, [])).toEqual([
      'smtpPassword',
      'account.api_key',
      'list.Session-Token',
      'cookies',
    ]);
  });

  it('may stand in fields that are encrypted', () => {
    const schema = z.object({ account: z.object({ password: z.string() }), token: z.string() });
    expect(clearSecrets(schema, ['account'])).toEqual(['token']);
    expect(clearSecrets(schema, ['account', 'token'])).toEqual([]);
  });

  const found = (name: string) => clearSecrets(z.object({ [name]: z.unknown() }), []).length > 0;

  it.each([
    ['a password', ['password', 'SMTP_PASSWORD', 'smtppassword', 'pwd', 'smtpPass', 'passphrase']],
    ['a key', ['secretKey', 'signing_key', 'privateKeyPem', 'AWSSecretAccessKey', 'APIKeys']],
    ['what is said once', ['otp', 'smsOTP', 'userPin', 'PIN', 'recoveryCodes', 'verificationCode']],
    ['a link that lets in', ['resetLink', 'magic-link', 'activationUrl']],
    ['what a request shows', ['authorizationHeader', 'set-cookie', 'jwt', 'bearer', 'tokenHash']],
    ['what opens an account', ['credential', 'credentials', 'userCredentials', 'password2']],
  ])('are known by their names: %s', (_, names) => {
    expect(names.filter((name) => !found(name))).toEqual([]);
  });

  it.each([
    ['of the market', ['symbol', 'spin', 'opinion', 'pinned', 'compass', 'passed', 'isPassing']],
    ['keys of the work', ['key', 'keys', 'idempotencyKey', 'dedupeKey', 'publicKey', 'keyId']],
    ['codes', ['code', 'errorCode', 'countryCode', 'currencyCodes', 'link', 'webhookUrl']],
    ['what is said of secrets', ['tokenCount', 'secretary', 'passwordChangedAt', 'cookieName']],
    ['ids', ['userId', 'tokenId', 'credentialId', 'sessionId', 'hash', 'text', 'base']],
  ])('are not what only sounds like them: %s', (_, names) => {
    expect(names.filter(found)).toEqual([]);
  });
});
