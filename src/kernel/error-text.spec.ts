import { withoutStatementValues } from './error-text.js';

describe('withoutStatementValues', () => {
  it('keeps the statement and the stack, and drops the values between them', () => {
    const stack = [
      'Error: Failed query: insert into "credentials" values ($1, $2)',
      'params: 0192-user,$argon2id$v=19$m=19456,t=2,p=1$salt$hash',
      '    at PgSession.queryWithCache (session.ts:41:11)',
      'caused by: error: duplicate key',
    ].join('\n');
    const clean = withoutStatementValues(stack);
    expect(clean).toContain('insert into "credentials"');
    expect(clean).toContain('at PgSession.queryWithCache');
    expect(clean).toContain('duplicate key');
    expect(clean).not.toContain('argon2id');
  });

  it('drops values that span lines, up to the end', () => {
    expect(withoutStatementValues('Failed query: select 1\nparams: a\nb,c')).toBe(
      'Failed query: select 1\nparams: [redacted]',
    );
  });

  it('leaves other texts as they are', () => {
    expect(withoutStatementValues('connect ECONNREFUSED')).toBe('connect ECONNREFUSED');
  });
});
