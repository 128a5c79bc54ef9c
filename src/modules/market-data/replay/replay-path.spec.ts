import fc from 'fast-check';
import { pathPrice, replayPosition } from './replay-path.js';

const rising = { date: '2017-01-03', open: 100, high: 130, low: 90, close: 120 };
const falling = { date: '2017-01-04', open: 120, high: 130, low: 90, close: 100 };

const bars = fc
  .record({
    a: fc.nat(10_000),
    b: fc.nat(10_000),
    open: fc.double({ min: 0, max: 1, noNaN: true }),
    close: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ a, b, open, close }) => {
    const low = Math.min(a, b);
    const high = Math.max(a, b);
    const within = (share: number) => low + Math.round(share * (high - low));
    return { date: '2017-01-03', open: within(open), high, low, close: within(close) };
  });

describe('pathPrice', () => {
  it('goes to the low first in a bar that closed higher', () => {
    expect([0, 1 / 3, 2 / 3, 1].map((fraction) => pathPrice(rising, fraction))).toEqual([
      100, 90, 130, 120,
    ]);
  });

  it('goes to the high first in a bar that closed lower', () => {
    expect([0, 1 / 3, 2 / 3, 1].map((fraction) => pathPrice(falling, fraction))).toEqual([
      120, 130, 90, 100,
    ]);
  });

  it('never leaves the range of the bar, and ends at its close', () => {
    fc.assert(
      fc.property(bars, fc.double({ min: 0, max: 1, noNaN: true }), (bar, fraction) => {
        const price = pathPrice(bar, fraction);
        expect(price).toBeGreaterThanOrEqual(bar.low - 1e-6);
        expect(price).toBeLessThanOrEqual(bar.high + 1e-6);
        expect(pathPrice(bar, 1)).toBeCloseTo(bar.close, 6);
      }),
    );
  });
});

describe('replayPosition', () => {
  it('starts at the open of the first bar', () => {
    expect(replayPosition(0, 1, 10)).toEqual({ index: 0, fraction: 0 });
  });

  it('waits there for a clock that is behind the start', () => {
    expect(replayPosition(-5_000, 1, 10)).toEqual({ index: 0, fraction: 0 });
  });

  it('shows closes when a tick is as long as a bar', () => {
    const closes = [1, 2, 3, 10].map((second) => replayPosition(second * 1_000, 1, 10));
    expect(closes).toEqual([0, 1, 2, 9].map((index) => ({ index, fraction: 1 })));
  });

  it('starts again after the last bar', () => {
    expect(replayPosition(10_500, 1, 10)).toEqual({ index: 0, fraction: 0.5 });
    expect(replayPosition(33_000, 1, 10)).toEqual({ index: 2, fraction: 1 });
  });

  it('plays at the speed it is told', () => {
    expect(replayPosition(10_000, 0.1, 10)).toEqual({ index: 0, fraction: 1 });
    expect(replayPosition(1_000, 8, 10)).toEqual({ index: 7, fraction: 1 });
    expect(replayPosition(1_050, 5, 10).index).toBe(5);
  });

  it('ends every bar exactly at its close, at speeds that have no exact binary form', () => {
    for (const seconds of [10, 30, 70, 31_536_000, 315_360_010]) {
      expect(replayPosition(seconds * 1_000, 0.1, 1_000)).toEqual({
        index: (seconds / 10 - 1) % 1_000,
        fraction: expect.closeTo(1, 5),
      });
    }
  });

  it('is always within the series', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: 0.001, max: 1_000, noNaN: true }),
        fc.integer({ min: 1, max: 1_000 }),
        (elapsedMs, speed, barCount) => {
          const { index, fraction } = replayPosition(elapsedMs, speed, barCount);
          expect(index).toBeGreaterThanOrEqual(0);
          expect(index).toBeLessThan(barCount);
          expect(fraction).toBeGreaterThanOrEqual(0);
          expect(fraction).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
