import fc from 'fast-check';
import { periodAt, QUOTA_PERIODS } from './quota-period.js';

describe('a period of a quota', () => {
  it.each([
    ['day', '2026-03-01T00:00:00.000Z', '2026-03-01', '2026-03-02T00:00:00.000Z'],
    ['day', '2028-02-28T23:59:59.999Z', '2028-02-28', '2028-02-29T00:00:00.000Z'],
    ['month', '2026-01-31T12:00:00.000Z', '2026-01-01', '2026-02-01T00:00:00.000Z'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12-01', '2027-01-01T00:00:00.000Z'],
  ] as const)('a %s that %s lies in began on %s and ends at %s', (period, at, start, end) => {
    const atMs = Date.parse(at);
    expect(periodAt(period, atMs)).toEqual({ startsOn: start, endsAtMs: Date.parse(end) });
  });

  it('follows upon another without a gap: the next one begins where it ends', () => {
    const moments = fc.integer({ min: 0, max: Date.UTC(2200, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...QUOTA_PERIODS), moments, (period, atMs) => {
        const { startsOn, endsAtMs } = periodAt(period, atMs);
        expect(Date.parse(startsOn)).toBeLessThanOrEqual(atMs);
        expect(endsAtMs).toBeGreaterThan(atMs);
        expect(periodAt(period, endsAtMs - 1).startsOn).toBe(startsOn);
        expect(Date.parse(periodAt(period, endsAtMs).startsOn)).toBe(endsAtMs);
      }),
    );
  });
});
