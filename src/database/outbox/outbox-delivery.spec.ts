import { retryDelayMs } from './outbox-delivery.js';

describe('retryDelayMs', () => {
  it('doubles from 0.2 s up to 30 s', () => {
    expect([1, 2, 3, 4].map(retryDelayMs)).toEqual([200, 400, 800, 1_600]);
    expect(retryDelayMs(9)).toBe(30_000);
    expect(retryDelayMs(1_000_000)).toBe(30_000);
  });
});
