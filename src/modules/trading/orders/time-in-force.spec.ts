import { endOf, hasExpired, LONGEST_GTD_MS, remainderOf } from './time-in-force.js';

describe('the time in force of an order', () => {
  it.each([
    ['gtc', 'waits'],
    ['gtd', 'waits'],
    ['day', 'waits'],
    ['ioc', 'is cancelled'],
    ['fok', 'is cancelled'],
  ] as const)('%s: what the market does not take %s', (timeInForce, remainder) => {
    expect(remainderOf(timeInForce)).toBe(remainder);
  });

  it('is over from its last moment on, and never before', () => {
    const end = new Date(10_000);
    expect(hasExpired(end, 9_999)).toBe(false);
    expect(hasExpired(end, 10_000)).toBe(true);
    expect(hasExpired(null, Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  const now = Date.parse('2026-11-25T15:00:00.000Z');
  const gtd = (endMs: number) =>
    endOf({ timeInForce: 'gtd', expiresAt: new Date(endMs).toISOString() }, now)?.getTime();
  const badExpiry = expect.objectContaining({ code: 'trading.bad_expiry' }) as Error;

  it('ends where the client says, in the future and within a year', () => {
    expect(gtd(now + 1)).toBe(now + 1);
    expect(gtd(now + LONGEST_GTD_MS)).toBe(now + LONGEST_GTD_MS);
    expect(() => gtd(now)).toThrow(badExpiry);
    expect(() => gtd(now + LONGEST_GTD_MS + 1)).toThrow(badExpiry);
  });

  it('takes a moment with gtd, and with no other', () => {
    expect(() => endOf({ timeInForce: 'gtd' }, now)).toThrow(badExpiry);
    for (const timeInForce of ['gtc', 'day', 'ioc', 'fok'] as const) {
      const expiresAt = new Date(now + 1_000).toISOString();
      expect(() => endOf({ timeInForce, expiresAt }, now)).toThrow(badExpiry);
    }
  });

  // New York, in winter 5 hours behind UTC: from 09:30 to 16:00, on the day after Thanksgiving to 13:00.
  it.each([
    ['2026-11-25T15:00:00.000Z', 'in the session', '2026-11-25T21:00:00.000Z'],
    ['2026-11-25T21:00:00.000Z', 'at its close', '2026-11-27T18:00:00.000Z'],
    ['2026-11-26T15:00:00.000Z', 'on Thanksgiving', '2026-11-27T18:00:00.000Z'],
    ['2026-11-28T15:00:00.000Z', 'on a Saturday', '2026-11-30T21:00:00.000Z'],
  ])('day: placed at %s, %s, it ends at %3$s', (at, _when, end) => {
    expect(endOf({ timeInForce: 'day' }, Date.parse(at))?.toISOString()).toBe(end);
  });

  it('gtc, ioc, fok: has no moment', () => {
    for (const timeInForce of ['gtc', 'ioc', 'fok'] as const) {
      expect(endOf({ timeInForce }, now)).toBeNull();
    }
  });
});
