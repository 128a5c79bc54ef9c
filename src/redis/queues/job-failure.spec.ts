import { AppError } from '../../kernel/app-error.js';
import { failureReason, isHopeless, retryDelayMs } from './job-failure.js';

describe('retryDelayMs', () => {
  const backoff = { delayMs: 100, maxDelayMs: 1_000 };
  const longest = (attempt: number) => retryDelayMs(backoff, attempt, () => 1);
  const shortest = (attempt: number) => retryDelayMs(backoff, attempt, () => 0);

  it('doubles from attempt to attempt, up to the cap', () => {
    expect([1, 2, 3, 4, 5, 6].map(longest)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('is random in its upper half alone', () => {
    expect([1, 2, 5].map(shortest)).toEqual([50, 100, 500]);
  });

  it('stays at the cap however many attempts there were', () => {
    expect(longest(10_000)).toBe(1_000);
  });
});

describe('isHopeless', () => {
  it.each([
    'invalid',
    'not_found',
    'forbidden',
    'conflict',
    'unprocessable',
    'payload_too_large',
  ] as const)('gives up on %s', (kind) =>
    expect(isHopeless(new AppError(kind, 'a.b', 'no'))).toBe(true),
  );

  it.each(['unavailable', 'timeout', 'internal', 'too_many_requests', 'unauthenticated'] as const)(
    'hopes after %s',
    (kind) => expect(isHopeless(new AppError(kind, 'a.b', 'no'))).toBe(false),
  );

  it.each(['lock.not_acquired', 'lock.wait_timeout', 'lock.too_many_waiters', 'lock.fenced'])(
    'hopes after %s: the holder will let go',
    (code) => expect(isHopeless(new AppError('conflict', code, 'held'))).toBe(false),
  );

  it('hopes after an error that nobody foresaw', () => {
    expect(isHopeless(new TypeError('x is undefined'))).toBe(false);
    const passing = new AppError('conflict', 'trading.account_busy', 'no', { passing: true });
    expect(isHopeless(passing)).toBe(false);
    expect(isHopeless('text')).toBe(false);
  });
});

describe('failureReason', () => {
  it('names the code of our own errors', () => {
    expect(failureReason(new AppError('timeout', 'mail.slow', 'no answer'))).toBe(
      'mail.slow: no answer',
    );
  });

  it('says something of any other error', () => {
    expect(failureReason(new Error('broken'))).toBe('broken');
    expect(failureReason(new RangeError())).toBe('RangeError');
    expect(failureReason(undefined)).toBe('undefined');
  });

  it('is bounded', () => {
    expect(failureReason(new Error('x'.repeat(5_000)))).toHaveLength(1_000);
  });
});
