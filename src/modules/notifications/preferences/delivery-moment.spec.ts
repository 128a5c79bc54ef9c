import fc from 'fast-check';
import { DAY_MS } from '../../../kernel/duration.js';
import { deliveryMoment, endOfQuiet, nextLocalTime, type Timing } from './delivery-moment.js';

const NEW_YORK = 'America/New_York';
const at = (iso: string) => Date.parse(iso);
const iso = (ms: number) => new Date(ms).toISOString();
const NIGHT = { from: '22:00', to: '07:00' };
const timing = (change: Partial<Timing> = {}): Timing => ({
  quietHours: null,
  emailDigest: 'off',
  emailDigestAt: '08:00',
  timeZone: NEW_YORK,
  ...change,
});

describe('quiet hours', () => {
  const until = (moment: string, quiet = NIGHT, timeZone = NEW_YORK) =>
    iso(endOfQuiet(at(moment), quiet, timeZone));

  it('hold back over midnight, to the minute at both ends', () => {
    expect(until('2026-01-15T02:59:59.999Z')).toBe('2026-01-15T02:59:59.999Z');
    expect(until('2026-01-15T03:00:00Z')).toBe('2026-01-15T12:00:00.000Z');
    expect(until('2026-01-15T11:59:59.999Z')).toBe('2026-01-15T12:00:00.000Z');
    expect(until('2026-01-15T12:00:00Z')).toBe('2026-01-15T12:00:00.000Z');
  });

  it('within a day hold back within that day alone', () => {
    const lunch = { from: '12:00', to: '13:30' };
    expect(until('2026-01-15T17:10:00Z', lunch)).toBe('2026-01-15T18:30:00.000Z');
    expect(until('2026-01-15T16:59:00Z', lunch)).toBe('2026-01-15T16:59:00.000Z');
    expect(until('2026-01-15T18:30:00Z', lunch)).toBe('2026-01-15T18:30:00.000Z');
  });

  it('end when the clock on the wall says so, in the nights in which it is changed too', () => {
    // 8 March 2026: eight hours; 1 November 2026: ten.
    expect(until('2026-03-08T03:00:00Z')).toBe('2026-03-08T11:00:00.000Z');
    expect(until('2026-11-01T02:00:00Z')).toBe('2026-11-01T12:00:00.000Z');
    // An end that clocks skip, and one that they show twice.
    expect(until('2026-03-08T06:00:00Z', { from: '22:00', to: '02:30' })).toBe(
      '2026-03-08T07:30:00.000Z',
    );
    const early = { from: '22:00', to: '01:30' };
    expect(until('2026-11-01T04:00:00Z', early)).toBe('2026-11-01T05:30:00.000Z');
    // When clocks show the hour again they are over, and those that began in it go on.
    expect(until('2026-11-01T06:10:00Z', early)).toBe('2026-11-01T06:10:00.000Z');
    const late = { from: '01:30', to: '07:00' };
    expect(until('2026-11-01T05:20:00Z', late)).toBe('2026-11-01T05:20:00.000Z');
    expect(until('2026-11-01T06:10:00Z', late)).toBe('2026-11-01T12:00:00.000Z');
  });

  it('are those of the user, on whichever side of the date line', () => {
    expect(until('2026-01-15T10:00:00Z', NIGHT, 'Pacific/Kiritimati')).toBe(
      '2026-01-15T17:00:00.000Z',
    );
    expect(until('2026-01-15T10:00:00Z', NIGHT, 'Asia/Kathmandu')).toBe('2026-01-15T10:00:00.000Z');
  });
});

it('a time of day comes within a day and its change of clocks, and clocks show it', () => {
  const zones = fc.constantFrom(
    NEW_YORK,
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'UTC',
  );
  const minute = fc.integer({ min: 0, max: 1_439 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), minute, zones, (afterMs, minutes, timeZone) => {
      const time = [Math.floor(minutes / 60), minutes % 60]
        .map((part) => String(part).padStart(2, '0'))
        .join(':');
      const next = nextLocalTime(afterMs, time, timeZone);
      expect(next).toBeGreaterThan(afterMs);
      expect(next - afterMs).toBeLessThanOrEqual(DAY_MS + 2 * 3_600_000);
      const clock = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' });
      const shown = clock.format(next);
      // But where clocks skip it: then they show it nowhere near.
      const near = Array.from({ length: 240 }, (_, minute) => next + (minute - 120) * 60_000);
      if (shown !== time) expect(near.map((ms) => clock.format(ms))).not.toContain(time);
    }),
    { numRuns: 200 },
  );
});

describe('when news go out', () => {
  const night = at('2026-01-15T04:00:00Z');
  const day = at('2026-01-15T15:20:00Z');

  it('is at once by day, and after the quiet hours by night', () => {
    const quiet = timing({ quietHours: NIGHT });
    expect(deliveryMoment('sms', false, quiet, day)).toEqual({ status: 'pending' });
    expect(deliveryMoment('sms', false, quiet, night)).toEqual({
      status: 'held',
      dueMs: at('2026-01-15T12:00:00Z'),
    });
  });

  it('is at once for what is urgent, and for programs', () => {
    const quiet = timing({ quietHours: NIGHT, emailDigest: 'daily' });
    expect(deliveryMoment('email', true, quiet, night)).toEqual({ status: 'pending' });
    expect(deliveryMoment('webhook', false, quiet, night)).toEqual({ status: 'pending' });
  });

  it('is with the next digest for mail alone, which waits for the end of the quiet hours as well', () => {
    const hourly = timing({ emailDigest: 'hourly', quietHours: NIGHT });
    expect(deliveryMoment('email', false, hourly, day)).toEqual({
      status: 'gathered',
      dueMs: at('2026-01-15T16:00:00Z'),
    });
    expect(deliveryMoment('email', false, hourly, night)).toEqual({
      status: 'gathered',
      dueMs: at('2026-01-15T12:00:00Z'),
    });
    expect(deliveryMoment('push', false, hourly, day)).toEqual({ status: 'pending' });
    const daily = timing({ emailDigest: 'daily' });
    expect(deliveryMoment('email', false, daily, day)).toEqual({
      status: 'gathered',
      dueMs: at('2026-01-16T13:00:00Z'),
    });
  });
});

it('quiet hours hold nothing for longer than they last, and an hour of a change of clocks', () => {
  const hours = fc.tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1439 }));
  const timeOf = (minutes: number) =>
    [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const around = fc.constantFrom(
    '2026-03-08',
    '2026-03-29',
    '2026-10-25',
    '2026-11-01',
    '2026-06-01',
  );
  fc.assert(
    fc.property(hours, around, fc.integer({ min: -1440, max: 2880 }), (span, day, minute) => {
      const [from, to] = span;
      fc.pre(from !== to);
      const atMs = Date.parse(day) + minute * 60_000;
      const quiet = { from: timeOf(from), to: timeOf(to) };
      const heldMs = endOfQuiet(atMs, quiet, NEW_YORK) - atMs;
      const lengthMs = (((to - from + 1440) % 1440) + 60) * 60_000;
      return heldMs >= 0 && heldMs <= lengthMs;
    }),
  );
});
