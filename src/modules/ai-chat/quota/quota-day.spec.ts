import { dayOf, nextDayMs } from './quota-day.js';

describe('a day of the quota', () => {
  it.each([
    ['2026-03-01T00:00:00.000Z', '2026-03-01', '2026-03-02T00:00:00.000Z'],
    ['2026-02-28T23:59:59.999Z', '2026-02-28', '2026-03-01T00:00:00.000Z'],
    ['2028-02-28T12:00:00.000Z', '2028-02-28', '2028-02-29T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999Z', '2026-12-31', '2027-01-01T00:00:00.000Z'],
  ])('that %s lies in is %s, and ends at %s', (at, day, end) => {
    expect(dayOf(Date.parse(at))).toBe(day);
    expect(nextDayMs(Date.parse(at))).toBe(Date.parse(end));
  });
});
