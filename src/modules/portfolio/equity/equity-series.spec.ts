import { dailyCloses, returnsOf, type EquityPoint } from './equity-series.js';

const at = (time: string, equity: string): EquityPoint => ({
  atMs: Date.parse(time),
  cash: equity,
  positionsValue: '0',
  equity,
});

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
    expect(returnsOf(['100', '110', '99'])).toEqual([0.1, -0.1]);
  });
  it('has none of a single value, and none on nothing', () => {
    expect(returnsOf(['100'])).toEqual([]);
    expect(returnsOf(['0', '100', '150'])).toEqual([0.5]);
  });
});
