import { assertTrainable, type TrainingRange } from './training-range.js';

const NOW_MS = Date.UTC(2026, 0, 5, 15);
const HOUR = 3_600_000;

const range = (overrides: Partial<TrainingRange>): TrainingRange => ({
  timeframe: '1h',
  lookbackBars: null,
  fromAt: null,
  toAt: null,
  ...overrides,
});
const trainable = (overrides: Partial<TrainingRange>) => () =>
  assertTrainable({ ...range(overrides), features: ['return_5'] }, NOW_MS);
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('the range of a training', () => {
  it('refuses three rows, and the last row too few', () => {
    expect(trainable({ lookbackBars: 3 })).toThrow(code('ai_studio.too_few_rows'));
    // 120 rows, 5 bars of warm-up, and the bar that the last row is judged by.
    expect(trainable({ lookbackBars: 125 })).toThrow(code('ai_studio.too_few_rows'));
    expect(trainable({ lookbackBars: 126 })).not.toThrow();
    expect(trainable({ fromAt: new Date(NOW_MS - 125 * HOUR) })).toThrow(
      code('ai_studio.too_few_rows'),
    );
    expect(trainable({ fromAt: new Date(NOW_MS - 126 * HOUR) })).not.toThrow();
  });

  it('refuses a range that has not begun, and one that is years of minutes', () => {
    expect(trainable({ fromAt: new Date(NOW_MS + HOUR) })).toThrow(code('ai_studio.too_few_rows'));
    expect(trainable({ fromAt: new Date(0) })).toThrow(code('ai_studio.range_too_long'));
    expect(trainable({ fromAt: new Date(NOW_MS - 1_501 * HOUR) })).toThrow(
      code('ai_studio.range_too_long'),
    );
  });
});
