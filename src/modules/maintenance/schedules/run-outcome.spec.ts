import { failed, succeeded } from './run-outcome.js';

describe('the record of a run', () => {
  it('keeps what a run says of itself', () => {
    expect(succeeded({ removed: 3 }, 12)).toEqual({
      outcome: 'succeeded',
      durationMs: 12,
      result: { removed: 3 },
      error: null,
    });
  });

  it('leaves out what PostgreSQL cannot keep, and nothing else', () => {
    const { result } = succeeded({ a: 'x\0y', b: '\ud800', c: '😀', d: '\\u0000', e: '\\\0' }, 1);
    expect(result).toEqual({ a: 'xy', b: '', c: '😀', d: '\\u0000', e: '\\' });
  });

  it('does not keep a book', () => {
    expect(succeeded('x'.repeat(10_000), 1).result).toEqual({ omitted: '10002 characters' });
  });

  it('says why it failed, without the values of a statement', () => {
    const error = new Error('Failed query: insert into users\nparams: ada@example.com,hash');
    expect(failed('failed', error, 1).error).toBe(
      'Error: Failed query: insert into users\nparams: [redacted]',
    );
    expect(failed('timed_out', 'a\0b', 1)).toMatchObject({ outcome: 'timed_out', error: 'ab' });
  });
});
