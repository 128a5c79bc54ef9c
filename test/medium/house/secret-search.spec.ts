import { randomBytes } from 'node:crypto';
import { secretsIn } from '../../support/secret-search.js';

describe('the search for secrets', () => {
  const secret = `${randomBytes(9).toString('base64')}+/=`;
  const found = (text: string, of = secret) => secretsIn([['there', text]], { it: of });

  it.each<[string, (text: string) => string]>([
    ['as it is', (text) => `{"a":"${text}"}`],
    ['in a link', (text) => `https://x.example/?t=${encodeURIComponent(text)}&b`],
    ['in hex', (text) => Buffer.from(`a${text}`).toString('hex').toUpperCase()],
    ['in base64', (text) => Buffer.from(text).toString('base64')],
    ['behind a name in base64', (text) => Buffer.from(`user:${text}`).toString('base64')],
    ['within more in base64', (text) => Buffer.from(`us:${text}!`).toString('base64')],
    ['in base64url', (text) => Buffer.from(`u:${text}`).toString('base64url')],
  ])('finds one %s, and says where', (_, write) => {
    expect(found(write(secret))).toEqual(['it in there']);
    expect(found(write(`not ${secret.slice(0, 6)}`))).toEqual([]);
  });

  it('takes no longer number for a code', () => {
    expect(found('code 123456.', '123456')).toEqual(['it in there']);
    expect(found('{"code":"123456"}', '123456')).toEqual(['it in there']);
    for (const text of ['1234567', '0.123456', 'a123456', '12345', '123456-7f3a']) {
      expect(found(text, '123456')).toEqual([]);
    }
  });
});
