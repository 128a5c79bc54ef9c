import { RATE_LIMITS, resolvePolicies } from './rate-limit.policies.js';

describe('the table of limits', () => {
  it('holds as it stands without other figures', () => {
    expect(Object.fromEntries(resolvePolicies([]))).toEqual({
      'auth.login': { name: 'auth.login', scope: 'ip', limit: 5, windowMs: 300_000 },
      'auth.password': { name: 'auth.password', scope: 'user', limit: 5, windowMs: 300_000 },
      'auth.register': { name: 'auth.register', scope: 'ip', limit: 3, windowMs: 3_600_000 },
      'orders.place': { name: 'orders.place', scope: 'user', limit: 100, windowMs: 60_000 },
      'ml.train': { name: 'ml.train', scope: 'user', limit: 5, windowMs: 3_600_000 },
    });
  });

  it('takes other figures for one limit, and leaves whom it counts and all others', () => {
    const policies = resolvePolicies([{ name: 'auth.login', limit: 10, windowMs: 1_000 }]);
    expect(policies.get('auth.login')).toEqual({
      name: 'auth.login',
      scope: 'ip',
      limit: 10,
      windowMs: 1_000,
    });
    expect(policies.get('ml.train')).toMatchObject(RATE_LIMITS['ml.train']);
  });

  it.each([
    [
      'a name that nobody knows',
      ['auth.logn'],
      /RATE_LIMITS: no limit is called auth\.logn; .*auth\.login/,
    ],
    ['a name that objects have by themselves', ['constructor'], /no limit is called constructor/],
    ['one name twice', ['auth.login', 'auth.login'], /RATE_LIMITS: auth\.login is there twice/],
  ])('refuses %s', (_, names, message) => {
    const replacements = names.map((name) => ({ name, limit: 1, windowMs: 1_000 }));
    expect(() => resolvePolicies(replacements)).toThrow(
      expect.objectContaining({ code: 'config.invalid', message: expect.stringMatching(message) }),
    );
  });
});
