import {
  dailyCloses,
  profitBetween,
  returnsOf,
  timeWeightedReturn,
  type EquityPoint,
} from './equity-series.js';

const at = (time: string, equity: string): EquityPoint => ({
  atMs: Date.parse(time),
  cash: equity,
  positionsValue: '0',
  equity,
  contributed: '100',
});

const worth = (values: readonly string[]) =>
  values.map((equity) => ({ equity, contributed: '100' }));

describe('dailyCloses', () => {
  it('keeps the last point of each day', () => {
    const points = [
      at('2026-01-06T00:00:00Z', '100'),
      at('2026-01-06T23:00:00Z', '101'),
      at('2026-01-07T00:00:00Z', '102'),
    ];
    expect(dailyCloses(points).map(({ equity }) => equity)).toEqual(['101', '102']);
  });

  it('counts a weekend to its Monday', () => {
    const points = [
      at('2026-01-09T23:00:00Z', 'Friday'),
      at('2026-01-10T12:00:00Z', 'Saturday'),
      at('2026-01-11T12:00:00Z', 'Sunday'),
      at('2026-01-12T01:00:00Z', 'Monday'),
      at('2026-01-13T01:00:00Z', 'Tuesday'),
    ];
    expect(dailyCloses(points).map(({ equity }) => equity)).toEqual([
      'Friday',
      'Monday',
      'Tuesday',
    ]);
    expect(dailyCloses(points.slice(0, 3)).map(({ equity }) => equity)).toEqual([
      'Friday',
      'Sunday',
    ]);
  });
});

describe('returnsOf', () => {
  it('tells what each value gained over the one before', () => {
    expect(returnsOf(worth(['100', '110', '99']))).toEqual([0.1, -0.1]);
  });
  it('has none of a single value, and none on nothing', () => {
    expect(returnsOf(worth(['100']))).toEqual([]);
    expect(returnsOf(worth(['0', '100', '150']))).toEqual([0.5]);
  });
  it('takes no deposit for a gain, and no withdrawal for a loss', () => {
    const points = [
      { equity: '100', contributed: '100' },
      { equity: '160', contributed: '150' },
      { equity: '80', contributed: '70' },
    ];
    expect(returnsOf(points)).toEqual([0.1, 0]);
  });
});

describe('timeWeightedReturn', () => {
  it('is the end against the start where no cash moved', () => {
    expect(timeWeightedReturn(worth(['100', '113', '97', '102']))).toBe(0.02);
  });
  it('is the same however much was put in on the way', () => {
    const points = [
      { equity: '100', contributed: '100' },
      { equity: '1110', contributed: '1100' },
      { equity: '1221', contributed: '1100' },
    ];
    expect(timeWeightedReturn(points)).toBe(0.21);
  });
  it('is unknown without a step to gain in', () => {
    expect(timeWeightedReturn(worth(['100']))).toBeUndefined();
    expect(timeWeightedReturn(worth(['0', '100']))).toBeUndefined();
  });
});

describe('profitBetween', () => {
  it('leaves out what was put in', () => {
    const profit = profitBetween(
      { equity: '100', contributed: '100' },
      { equity: '160', contributed: '150' },
    );
    expect(profit.toString()).toBe('10');
  });
});
