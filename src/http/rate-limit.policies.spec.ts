import { parseConfig } from '../config/config.js';
import { RATE_LIMITS, resolvePolicies } from './rate-limit.policies.js';
import { RateLimitTable } from './rate-limit.table.js';

describe('the table of limits', () => {
  it('holds as it stands without other figures', () => {
    expect(Object.fromEntries(resolvePolicies([]))).toMatchObject({
      'auth.login': { name: 'auth.login', per: 'ip', limit: 5, windowMs: 300_000 },
      'auth.password': { name: 'auth.password', per: 'session', limit: 5, windowMs: 300_000 },
      'auth.register': { name: 'auth.register', per: 'ip', limit: 3, windowMs: 3_600_000 },
      'orders.place': { name: 'orders.place', per: 'user', limit: 100, windowMs: 60_000 },
      'ml.train': { name: 'ml.train', per: 'user', limit: 5, windowMs: 3_600_000 },
    });
  });

  it('is exact, and never opens while Redis is away', () => {
    for (const { name, algorithm, whenAway } of resolvePolicies([]).values()) {
      expect(whenAway ?? 'share').toBe('share');
      if (!name.startsWith('api.')) expect(algorithm ?? 'sliding-window').toBe('sliding-window');
    }
  });

  it('takes other figures for one limit, and leaves whom it counts and all others', () => {
    const policies = resolvePolicies([{ name: 'auth.login', limit: 10, windowMs: 1_000 }]);
    expect(policies.get('auth.login')).toEqual({
      name: 'auth.login',
      per: 'ip',
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

describe('figures that cannot be counted exactly', () => {
  const tooMany = { limit: 100_000, windowMs: 86_400_000 };

  it('stop the start, where they are those of a bucket', () => {
    expect(() => resolvePolicies([{ name: 'api.signed-in', ...tooMany }])).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: expect.stringMatching(/RATE_LIMITS: api\.signed-in cannot count so many/),
      }),
    );
    expect(() => resolvePolicies([{ name: 'orders.place', ...tooMany }])).not.toThrow();
  });

  it('leave the declared ones in force, where two changes at once came to them', () => {
    const limits = new RateLimitTable(parseConfig({}));
    limits.override(new Map([['api.signed-in', tooMany]]));
    expect(limits.get('api.signed-in')).toMatchObject({ limit: 600, windowMs: 60_000 });
  });
});

describe('figures set at run time', () => {
  const table = () => new RateLimitTable(parseConfig({ RATE_LIMITS: 'auth.login=10/1m' }));

  it('hold in place of the declared ones, one by one', () => {
    const limits = table();
    limits.override(new Map([['auth.login', { limit: 7, shadow: true }]]));
    expect(limits.get('auth.login')).toEqual({
      name: 'auth.login',
      per: 'ip',
      limit: 7,
      windowMs: 60_000,
      shadow: true,
    });
    expect(limits.get('ml.train')).toMatchObject({ limit: 5 });
  });

  it('are gone when they are no longer there, and the figures of the environment hold again', () => {
    const limits = table();
    limits.override(new Map([['auth.login', { limit: 7 }]]));
    limits.override(new Map());
    expect(limits.get('auth.login')).toMatchObject({ limit: 10, windowMs: 60_000 });
  });

  it('of a limit that there is not here are left alone: another version may have it', () => {
    const limits = table();
    limits.override(new Map([['auth.new', { limit: 7 }]]));
    expect(limits.list().map(({ declared }) => declared.name)).toEqual(Object.keys(RATE_LIMITS));
  });
});
