import { randomBytes } from 'node:crypto';
import { newId } from '../kernel/ids.js';
import { loggedPath } from './logged-path.js';

describe('the path of a request in a log', () => {
  it('is told with its ids, and without its query', () => {
    const id = newId();
    expect(loggedPath(`/api/orders/${id}?token=abc&x=?`)).toBe(`/api/orders/${id}`);
    expect(loggedPath('/')).toBe('/');
  });

  it.each([
    ['a session token', randomBytes(48).toString('base64url')],
    ['an API key', `bourse_${randomBytes(32).toString('base64url')}`],
    ['a bare 256-bit key', randomBytes(32).toString('base64url')],
  ])('does not tell %s, wherever it stands', (_, token) => {
    expect(loggedPath(`/api/${token}/orders`)).toBe('/api/[redacted]/orders');
    expect(loggedPath(`/x=${token};y?${token}`)).toBe('/x=[redacted];y');
  });
});
