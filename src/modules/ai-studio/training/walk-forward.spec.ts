import fc from 'fast-check';
import { MIN_ROWS, walkForward } from './walk-forward.js';

describe('walkForward', () => {
  it('tests every block once, right after all that it trains on, to the last row', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 0, max: 5_000 }),
        (k, more) => {
          const count = k + 1 + more;
          const folds = walkForward(count, k);
          expect(folds).toHaveLength(k);
          expect(folds.at(-1)?.testEnd).toBe(count);
          folds.forEach(({ trainEnd, testEnd }, i) => {
            expect(testEnd - trainEnd).toBe(Math.floor(count / (k + 1)));
            expect(trainEnd).toBeGreaterThanOrEqual(testEnd - trainEnd);
            const before = folds[i - 1];
            if (before) expect(trainEnd).toBe(before.testEnd);
          });
        },
      ),
    );
  });

  it('has 20 rows to train and to test on at least', () => {
    expect(walkForward(MIN_ROWS)[0]).toEqual({ trainEnd: 20, testEnd: 40 });
  });

  it('refuses rows that do not fill the folds', () => {
    expect(() => walkForward(5, 5)).toThrow(RangeError);
  });
});
