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

  it('are not what only sounds like them', () => {
    const schema = z.object({ tokenCount: z.number(), secretary: z.string(), at: z.date() });
    expect(clearSecrets(schema, [])).toEqual([]);
  });
});
