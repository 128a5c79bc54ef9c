import fc from 'fast-check';
import type { Bar } from './bar.js';
import { featureRows, labelledRows } from './feature-rows.js';
import { FEATURES, featuresOf, warmUpOf } from './features.js';

const price = fc.double({ min: 1, max: 1_000, noNaN: true });
const bars = (minLength: number) =>
  fc
    .array(
      fc.record({ prices: fc.array(price, { minLength: 4, maxLength: 4 }), volume: fc.nat() }),
      {
        minLength,
        maxLength: minLength + 40,
      },
    )
    .map((drawn) => drawn.map(({ prices, volume }, i) => barOf(i, prices, volume)));

function barOf(index: number, prices: readonly number[], volume: number): Bar {
  const [open = 1, close = 1] = prices;
  return {
    openAtMs: index * 60_000,
    open,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close,
    volume,
  };
}

const WARM_UP = warmUpOf(FEATURES);

describe('featureRows', () => {
  it('never looks ahead: whatever the later bars are, the earlier rows stay the same', () => {
    fc.assert(
      fc.property(bars(WARM_UP + 2), bars(WARM_UP + 2), fc.nat(), (history, others, at) => {
        const known = WARM_UP + 1 + (at % (history.length - WARM_UP - 1));
        const otherFuture = [
          ...history.slice(0, known),
          ...others.slice(0, history.length - known),
        ];
        const rows = featureRows(history, FEATURES).slice(0, known - WARM_UP);
        expect(rows).toHaveLength(known - WARM_UP);
        expect(featureRows(otherFuture, FEATURES).slice(0, known - WARM_UP)).toEqual(rows);
        expect(featureRows(history.slice(0, known), FEATURES)).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  it('gives a bar the same row however much history was loaded before it', () => {
    fc.assert(
      fc.property(bars(WARM_UP + 2), (history) => {
        const last = featureRows(history, FEATURES).at(-1);
        expect(featureRows(history.slice(-WARM_UP - 1), FEATURES)).toEqual([last]);
      }),
      { numRuns: 50 },
    );
  });

  it('makes a finite figure of every bar that can be', () => {
    fc.assert(
      fc.property(bars(WARM_UP + 1), (history) => {
        const values = featureRows(history, FEATURES).flatMap((row) => row.values);
        expect(values.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('begins with the first bar that has its warm-up, and has no row before', () => {
    const history = Array.from({ length: 10 }, (_, i) => barOf(i, [1, 1], 0));
    const features = featuresOf(['return_1', 'return_5']);
    expect(featureRows(history, features).map(({ openAtMs }) => openAtMs / 60_000)).toEqual([
      5, 6, 7, 8, 9,
    ]);
    expect(featureRows(history.slice(0, 5), features)).toEqual([]);
  });
});

describe('labelledRows', () => {
  it('labels a bar by the close of the next one, and leaves the last bar out', () => {
    const history = [10, 11, 11, 9, 12].map((close, i) => barOf(i, [10, close], 1));
    const rows = labelledRows(history, featuresOf(['return_1']));
    expect(rows.map(({ openAtMs, up }) => [openAtMs / 60_000, up])).toEqual([
      [1, 0],
      [2, 0],
      [3, 1],
    ]);
    expect(rows[0]?.values[0]).toBeCloseTo(0.1, 12);
  });

  it('makes nothing of too few bars', () => {
    expect(labelledRows([], FEATURES)).toEqual([]);
    expect(labelledRows([barOf(0, [1, 1], 0)], featuresOf(['range']))).toEqual([]);
  });
});
