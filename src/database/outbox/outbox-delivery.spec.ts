import { AppError } from '../../kernel/app-error.js';
import { retryDelayMs } from './outbox-delivery.js';

describe('retryDelayMs', () => {
  it('doubles from 0.2 s up to 30 s', () => {
    expect([1, 2, 3, 4].map((attempts) => retryDelayMs(attempts))).toEqual([200, 400, 800, 1_600]);
    expect(retryDelayMs(9)).toBe(30_000);
    expect(retryDelayMs(1_000_000)).toBe(30_000);
  });

  it('is 2 s at most while the queue is away, so that work goes on when it is back', () => {
    const away = new AppError('unavailable', 'queue.unavailable', 'did not take the job');
    const delays = [1, 2, 5, 100].map((attempts) => retryDelayMs(attempts, away));
    expect(delays).toEqual([200, 400, 2_000, 2_000]);
    expect(retryDelayMs(100, new Error('a defect'))).toBe(30_000);
  });
});
