import fc from 'fast-check';
import {
  bucketOf,
  DURATION_BUCKETS,
  NO_FIGURES,
  percentileMs,
  sumOf,
  type JobFigures,
} from './job-figures.js';

const bucketsOf = (durations: readonly number[]): number[] => {
  const buckets = Array.from({ length: DURATION_BUCKETS }, () => 0);
  for (const ms of durations) buckets[bucketOf(ms)] = (buckets[bucketOf(ms)] ?? 0) + 1;
  return buckets;
};

describe('durations in buckets', () => {
  it.each([
    [0, 0],
    [1, 0],
    [1.5, 1],
    [2, 1],
    [1_000, 10],
    [1_024, 10],
    [1_025, 11],
    [10 ** 9, 22],
  ])('of %d ms count in bucket %i', (ms, bucket) => {
    expect(bucketOf(ms)).toBe(bucket);
  });

  it('tell a percentile that is never below the real one, and less than twice it', () => {
    const durations = fc.array(fc.double({ min: 1, max: 2 ** 21, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(durations, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
        const sorted = [...all].sort((a, b) => a - b);
        const real = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        const told = percentileMs(bucketsOf(all), share) ?? 0;
        expect(told).toBeGreaterThanOrEqual(real);
        expect(told).toBeLessThanOrEqual(2 * real);
      }),
    );
  });

  it('tell nothing of nothing', () => {
    expect(percentileMs(NO_FIGURES.wait, 0.5)).toBeNull();
  });

  it('add up', () => {
    const one: JobFigures = {
      completed: 2,
      failed: 1,
      retried: 3,
      wait: bucketsOf([5]),
      waitSumMs: 5,
      run: bucketsOf([1, 900]),
      runSumMs: 901,
    };
    expect(sumOf([])).toEqual(NO_FIGURES);
    expect(sumOf([one, one])).toEqual({
      completed: 4,
      failed: 2,
      retried: 6,
      wait: bucketsOf([5, 5]),
      waitSumMs: 10,
      run: bucketsOf([1, 900, 1, 900]),
      runSumMs: 1_802,
    });
  });
});
