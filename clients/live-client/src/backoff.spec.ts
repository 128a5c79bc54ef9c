import { backoffMs } from './backoff.js';

const BACKOFF = { firstMs: 500, longestMs: 30_000 };
const waits = (random: number) =>
  [1, 2, 3, 7, 1_000].map((failures) => backoffMs(BACKOFF, failures, random));

describe('the wait before another attempt', () => {
  it('doubles up to the longest', () => {
    expect(waits(1)).toEqual([500, 1_000, 2_000, 30_000, 30_000]);
  });

  it('is half of that at least, so that nobody hammers', () => {
    expect(waits(0)).toEqual([250, 500, 1_000, 15_000, 15_000]);
  });
});
