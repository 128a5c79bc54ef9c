import fc from 'fast-check';
import {
  cagr,
  cumulativeReturn,
  expectedShortfall,
  maxDrawdown,
  sharpeRatio,
  sortinoRatio,
  valueAtRisk,
  volatility,
} from './return-figures.js';

// Source: quantopian/empyrical, tests/test_stats.py, `mixed_returns`: nine days, the first without a return.
const PUBLISHED = [1, 10, -4, 2, 3, 2, 1, -10].map((percent) => percent / 100);
const PUBLISHED_DAYS = 9;

const expectWithin = (value: number | undefined, expected: number) =>
  expect(Math.abs((value ?? NaN) - expected)).toBeLessThan(1e-12);

const returns = (minLength = 0) =>
  fc.array(fc.double({ min: -0.9, max: 2, noNaN: true }), { minLength, maxLength: 60 });

describe('figures of the published returns', () => {
  it('meet what was published to 1e-12', () => {
    expectWithin(sharpeRatio(PUBLISHED), 1.7238613961706866);
    expectWithin(sortinoRatio(PUBLISHED), 2.605531251673693);
    expectWithin(maxDrawdown(PUBLISHED), -0.1);
    expectWithin(cagr(PUBLISHED, PUBLISHED_DAYS), 1.9135925373194231);
  });
});

describe('cumulativeReturn', () => {
  it('compounds', () => {
    expectWithin(cumulativeReturn([0.1, -0.1]), -0.01);
    expect(cumulativeReturn([])).toBe(0);
  });
});

describe('cagr', () => {
  it('is the return itself over exactly a year', () => {
    expectWithin(cagr([0.08], 252), 0.08);
    expectWithin(cagr(Array<number>(252).fill(0.001)), 1.001 ** 252 - 1);
  });
  it('is −1 when everything is lost, and nothing without a day', () => {
    expect(cagr([-1])).toBe(-1);
    expect(cagr([])).toBeUndefined();
  });
});

describe('sharpeRatio', () => {
  it('needs two returns that differ', () => {
    expect([[], [0.1], [0.1, 0.1, 0.1]].map(sharpeRatio)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(sharpeRatio([0.1, 0.2])).toBeDefined();
  });

  it('does not depend on the size of the stakes', () => {
    const scales = fc.double({ min: 0.01, max: 100, noNaN: true });
    // In hundredths of a percent: differences far above what rounding makes.
    const steps = fc.array(fc.integer({ min: -9_000, max: 20_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, scales, (bps, scale) => {
        const series = bps.map((step) => step / 10_000);
        const plain = sharpeRatio(series);
        const scaled = sharpeRatio(series.map((gained) => gained * scale));
        expect(scaled === undefined).toBe(plain === undefined);
        if (plain === undefined || scaled === undefined) return;
        expect(Math.abs(scaled - plain)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(plain)));
      }),
    );
  });
});

describe('sortinoRatio', () => {
  it('needs a loss', () => {
    expect(sortinoRatio([0.1, 0.2])).toBeUndefined();
    expect(sortinoRatio([-0.1])).toBeUndefined();
    expect(sortinoRatio([0.1, -0.1])).toBe(0);
  });
});

describe('volatility', () => {
  it('is the sample deviation, a year', () => {
    expectWithin(volatility([0.01, 0.03]), Math.sqrt(0.0002 * 252));
    expect(volatility([0.01])).toBeUndefined();
  });
});

describe('maxDrawdown', () => {
  it('measures from the highest level before, the start included', () => {
    expectWithin(maxDrawdown([-0.2, 0.1, 0.5, -0.3, 0.1]), -0.3);
    expectWithin(maxDrawdown([-0.2]), -0.2);
    expect(maxDrawdown([0.1, 0.2])).toBe(0);
    expect(maxDrawdown([])).toBe(0);
  });

  it('is never above 0 nor below −1, and no smaller than the worst return', () => {
    fc.assert(
      fc.property(returns(), (series) => {
        const drawdown = maxDrawdown(series);
        expect(drawdown).toBeLessThanOrEqual(0);
        expect(drawdown).toBeGreaterThanOrEqual(-1);
        expect(drawdown).toBeLessThanOrEqual(Math.min(0, ...series) + 1e-12);
      }),
    );
  });
});

describe('valueAtRisk and expectedShortfall', () => {
  const hundred = Array.from({ length: 101 }, (_, index) => (50 - index) / 1_000);

  it('cut the worst twentieth off', () => {
    expectWithin(valueAtRisk(hundred, 0.05), -0.045);
    // The mean of −0.050 … −0.045.
    expectWithin(expectedShortfall(hundred, 0.05), -0.0475);
  });

  it('say nothing about a twentieth of fewer than twenty', () => {
    expect(valueAtRisk(hundred.slice(0, 19), 0.05)).toBeUndefined();
    expect(expectedShortfall(hundred.slice(0, 19), 0.05)).toBeUndefined();
    expect(valueAtRisk(hundred.slice(0, 20), 0.05)).toBeDefined();
  });

  it('never expect less than what is at risk, and nothing worse than the worst', () => {
    fc.assert(
      fc.property(returns(20), (series) => {
        const atRisk = valueAtRisk(series, 0.05) ?? NaN;
        const shortfall = expectedShortfall(series, 0.05) ?? NaN;
        expect(shortfall).toBeLessThanOrEqual(atRisk + 1e-12);
        expect(shortfall).toBeGreaterThanOrEqual(Math.min(...series) - 1e-12);
      }),
    );
  });
});
