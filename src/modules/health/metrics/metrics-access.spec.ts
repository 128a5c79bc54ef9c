import { authorizeMetrics } from './metrics-access.js';

const token = 'a-token-of-enough-characters';
const refused = (code: string) => expect.objectContaining({ code }) as Error;

describe('the metrics', () => {
  it('open with the token alone, where there is one', () => {
    for (const production of [true, false]) {
      const access = { token, production };
      expect(() => authorizeMetrics(access, `Bearer ${token}`)).not.toThrow();
      expect(() => authorizeMetrics(access, `bearer  ${token}`)).not.toThrow();
      for (const sent of [
        undefined,
        '',
        token,
        `Bearer ${token} x`,
        'Bearer x',
        `Basic ${token}`,
      ]) {
        expect(() => authorizeMetrics(access, sent)).toThrow(refused('metrics.unauthenticated'));
      }
    }
  });

  it('are open without one, but not there in production', () => {
    expect(() =>
      authorizeMetrics({ token: undefined, production: false }, undefined),
    ).not.toThrow();
    expect(() => authorizeMetrics({ token: undefined, production: true }, 'Bearer x')).toThrow(
      refused('request.no_such_route'),
    );
  });
});
