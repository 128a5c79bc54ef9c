import { auctionMs, dayEndMs, sessionAt } from './trading-session.js';

const at = (time: string) => Date.parse(`${time}Z`);
const iso = (ms: number | undefined) =>
  ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16);

// New York is 5 hours behind UTC in winter, 4 in summer. 2026-11-26 is Thanksgiving, the day after ends at 13:00.
describe('the session of a moment', () => {
  it.each([
    ['2026-11-25T08:59:59.999', 'closed'],
    ['2026-11-25T09:00', 'extended'],
    ['2026-11-25T14:29:59.999', 'extended'],
    ['2026-11-25T14:30', 'regular'],
    ['2026-11-25T20:59:59.999', 'regular'],
    ['2026-11-25T21:00', 'extended'],
    // After midnight in UTC it is the same evening in New York.
    ['2026-11-26T00:59:59.999', 'extended'],
    ['2026-11-26T01:00', 'closed'],
    ['2026-11-26T15:00', 'closed'],
    ['2026-11-27T17:59:59.999', 'regular'],
    ['2026-11-27T18:00', 'extended'],
    ['2026-11-27T21:59:59.999', 'extended'],
    ['2026-11-27T22:00', 'closed'],
    ['2026-11-28T15:00', 'closed'],
    // In summer an hour earlier.
    ['2026-07-01T08:00', 'extended'],
    ['2026-07-01T13:30', 'regular'],
    ['2026-07-01T20:00', 'extended'],
    ['2026-07-02T00:00', 'closed'],
  ] as const)('%s is %s', (time, session) => {
    expect(sessionAt(at(time))).toBe(session);
  });
});

describe('the end of a day order', () => {
  it.each([
    ['2026-11-25T15:00', false, '2026-11-25T21:00'],
    ['2026-11-25T15:00', true, '2026-11-26T01:00'],
    // In the late hours: for the next session, or until their end.
    ['2026-11-25T22:00', false, '2026-11-27T18:00'],
    ['2026-11-25T22:00', true, '2026-11-26T01:00'],
    ['2026-11-26T15:00', true, '2026-11-27T22:00'],
    ['2026-11-27T22:00', true, '2026-12-01T01:00'],
  ] as const)('placed at %s, extended hours %s: %s', (time, extendedHours, end) => {
    expect(iso(dayEndMs(at(time), extendedHours))).toBe(end);
  });
});

describe('the auction that an order waits for', () => {
  it.each([
    ['open', '2026-11-25T05:00', '2026-11-25T14:30'],
    ['open', '2026-11-25T14:27:59.999', '2026-11-25T14:30'],
    // From 9:28 to 19:00 it is too late for one and too early for the next.
    ['open', '2026-11-25T14:28', undefined],
    ['open', '2026-11-25T23:59:59.999', undefined],
    ['open', '2026-11-26T00:00', '2026-11-27T14:30'],
    ['open', '2026-11-28T15:00', '2026-11-30T14:30'],
    ['close', '2026-11-25T20:49:59.999', '2026-11-25T21:00'],
    ['close', '2026-11-25T20:50', undefined],
    ['close', '2026-11-26T00:00', '2026-11-27T18:00'],
    ['close', '2026-11-27T17:49:59.999', '2026-11-27T18:00'],
    ['close', '2026-11-27T17:50', undefined],
  ] as const)('%s, placed at %s: %s', (auction, time, moment) => {
    expect(iso(auctionMs(auction, at(time)))).toBe(moment);
  });
});
