import { redacted } from './redacted.js';

describe('a line of the log', () => {
  it('hides secrets up to three deep, and leaves what was given as it was', () => {
    const line = {
      message: 'x',
      password: 'p',
      session: { id: 's', token: 't' },
      headers: { authorization: 'a', cookie: 'c', accept: '*/*' },
      request: { method: 'GET', headers: { authorization: 'a', cookie: 'c' } },
    };
    const before = structuredClone(line);
    expect(redacted(line)).toEqual({
      message: 'x',
      password: '[redacted]',
      session: { id: 's', token: '[redacted]' },
      headers: { authorization: '[redacted]', cookie: '[redacted]', accept: '*/*' },
      request: {
        method: 'GET',
        headers: { authorization: '[redacted]', cookie: '[redacted]' },
      },
    });
    expect(line).toEqual(before);
  });

  it('is the same object when it holds no secret', () => {
    const line = { message: 'request', statusCode: 200, err: new Error('x'), nothing: null };
    expect(redacted(line)).toBe(line);
  });

  it.each(['newPassword', 'authToken', 'privateKey', 'secret', 'recoveryCodes', 'set-cookie'])(
    'hides %s, as requests, settings and answers call theirs',
    (name) => {
      expect(redacted({ body: { [name]: 's' } })).toEqual({ body: { [name]: '[redacted]' } });
    },
  );

  it('hides secrets in lists as well', () => {
    expect(redacted({ users: [{ id: 1 }, { password: 'p' }] })).toEqual({
      users: [{ id: 1 }, { password: '[redacted]' }],
    });
  });
});
