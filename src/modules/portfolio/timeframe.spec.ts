import fc from 'fast-check';
import { DAY_MS, HOUR_MS } from '../../kernel/duration.js';
import { startOfTimeframe, stepOf } from './timeframe.js';

describe('startOfTimeframe', () => {
  const nowMs = Date.UTC(2026, 5, 1);
  it('reaches back as far as its name says', () => {
    expect(startOfTimeframe('1W', nowMs, 0)).toBe(nowMs - 7 * DAY_MS);
    expect(startOfTimeframe('ALL', nowMs, 0)).toBe(0);
  });
  it('never begins before the account', () => {
    expect(startOfTimeframe('1Y', nowMs, nowMs - DAY_MS)).toBe(nowMs - DAY_MS);
  });
});

describe('stepOf', () => {
  it('shows every hour of a month, and less of a year', () => {
    expect(stepOf(0)).toBe(HOUR_MS);
    expect(stepOf(30 * DAY_MS)).toBe(HOUR_MS);
    expect(stepOf(365 * DAY_MS)).toBe(9 * HOUR_MS);
  });
  it('never makes more than a thousand points of any span', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 * 365 * DAY_MS }), (spanMs) => {
        expect(spanMs / stepOf(spanMs)).toBeLessThanOrEqual(1_000);
      }),
    );
  });
});
