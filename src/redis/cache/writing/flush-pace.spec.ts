import fc from 'fast-check';
import { backoffMs, FlushPace } from './flush-pace.js';

describe('the pace of flushes', () => {
  it('halves a batch that failed until a key is alone, and doubles it again', () => {
    const pace = new FlushPace(100);
    const limits = Array.from({ length: 8 }, () => {
      pace.failed();
      return pace.limit;
    });
    expect(limits).toEqual([50, 25, 12, 6, 3, 1, 1, 1]);
    expect(pace.failures).toBe(8);
    pace.succeeded();
    expect([pace.limit, pace.failures]).toEqual([2, 0]);
  });

  it('takes from one key to a whole batch, whatever happens', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.array(fc.boolean()), (max, outcomes) => {
        const pace = new FlushPace(max);
        for (const isGood of outcomes) {
          if (isGood) pace.succeeded();
          else pace.failed();
          expect(pace.limit).toBeGreaterThanOrEqual(1);
          expect(pace.limit).toBeLessThanOrEqual(max);
        }
      }),
    );
  });

  it('waits longer with every failure, between half and all of a bound of 30 s', () => {
    expect([1, 2, 3, 8, 9, 100].map((failures) => backoffMs(failures, 0))).toEqual([
      200, 400, 800, 25_600, 30_000, 30_000,
    ]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, random) => {
          const ms = backoffMs(failures, random);
          const longestMs = backoffMs(failures, 0);
          expect(ms).toBeLessThanOrEqual(longestMs);
          expect(ms).toBeGreaterThanOrEqual(longestMs / 2);
        },
      ),
    );
  });
});
