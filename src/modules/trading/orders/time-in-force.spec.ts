import {
  assertBeforeAuction,
  hasExpired,
  LONGEST_GTD_MS,
  mayTradeAt,
  remainderOf,
  workingTimeOf,
  type TimeRequest,
} from './time-in-force.js';
import type { TradingHours } from './trading-session.js';

const timeOf = (request: Partial<TimeRequest>, nowMs: number, hours: TradingHours = 'always') =>
  workingTimeOf({ type: 'limit', timeInForce: 'gtc', ...request }, hours, nowMs);
const endOf = (request: Partial<TimeRequest>, nowMs: number) => timeOf(request, nowMs).expiresAt;

describe('the time in force of an order', () => {
  it.each([
    ['gtc', 'waits'],
    ['gtd', 'waits'],
    ['day', 'waits'],
    ['ioc', 'is cancelled'],
    ['fok', 'is cancelled'],
    ['opg', 'is cancelled'],
    ['cls', 'is cancelled'],
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

  const code = (name: string) => expect.objectContaining({ code: `trading.${name}` }) as Error;
  const at = (time: string) => Date.parse(`${time}Z`);

  it('opg, cls: works from its auction on, for a minute', () => {
    expect(timeOf({ timeInForce: 'opg' }, at('2026-11-25T14:00'))).toEqual({
      worksFrom: new Date('2026-11-25T14:30:00Z'),
      expiresAt: new Date('2026-11-25T14:31:00Z'),
    });
    expect(timeOf({ timeInForce: 'cls' }, at('2026-11-27T15:00'))).toEqual({
      worksFrom: new Date('2026-11-27T18:00:00Z'),
      expiresAt: new Date('2026-11-27T18:01:00Z'),
    });
    const late = () => timeOf({ timeInForce: 'opg' }, at('2026-11-25T14:29'));
    expect(late).toThrow(code('too_late_for_auction'));
  });

  it('extended hours: with limit orders that are day or gtc', () => {
    const extended = { extendedHours: true } as const;
    expect(timeOf({ ...extended, timeInForce: 'day' }, now).expiresAt).toEqual(
      new Date('2026-11-26T01:00:00Z'),
    );
    expect(timeOf(extended, now).expiresAt).toBeNull();
    for (const other of [
      { type: 'market' },
      { type: 'stop_limit' },
      { timeInForce: 'ioc' },
      { timeInForce: 'opg' },
    ] as const) {
      expect(() => timeOf({ ...extended, ...other }, now)).toThrow(code('bad_extended_hours'));
    }
  });

  it('a stop waits: nothing of it trades at once or in an auction', () => {
    for (const timeInForce of ['ioc', 'fok', 'opg', 'cls'] as const) {
      expect(() => timeOf({ type: 'stop', timeInForce }, now)).toThrow(code('bad_time_in_force'));
    }
    expect(timeOf({ type: 'trailing_stop' }, now).expiresAt).toBeNull();
  });

  it('at once is refused while the exchange is closed, where its hours are kept', () => {
    const late = at('2026-11-25T22:00');
    for (const timeInForce of ['ioc', 'fok'] as const) {
      const place = (hours: TradingHours, atMs: number) => () =>
        timeOf({ timeInForce }, atMs, hours);
      expect(place('exchange', late)).toThrow(code('market_closed'));
      expect(place('exchange', now)).not.toThrow();
      expect(place('always', late)).not.toThrow();
    }
  });

  it.each([
    ['always', '2026-11-28T15:00', false, true],
    ['exchange', '2026-11-25T15:00', false, true],
    ['exchange', '2026-11-25T22:00', false, false],
    ['exchange', '2026-11-25T22:00', true, true],
    ['exchange', '2026-11-26T15:00', true, false],
  ] as const)('%s, at %s, extended hours %s: trades %s', (hours, time, extendedHours, trades) => {
    expect(mayTradeAt({ worksFrom: null, extendedHours }, hours, at(time))).toBe(trades);
  });

  it('in an auction: not before it, whatever the hours', () => {
    const order = { worksFrom: new Date('2026-11-25T21:00:00Z'), extendedHours: false };
    for (const hours of ['always', 'exchange'] as const) {
      expect(mayTradeAt(order, hours, at('2026-11-25T20:59:59.999'))).toBe(false);
      expect(mayTradeAt(order, hours, at('2026-11-25T21:00'))).toBe(true);
    }
  });

  it('opg, cls: may be changed as long as they could be placed, and not once the next auction takes orders', () => {
    // The Wednesday before Thanksgiving: it opens at 14:30 UTC.
    const at = (time: string) => Date.parse(`2026-11-${time}:00.000Z`);
    const change = (timeInForce: TimeRequest['timeInForce'], nowMs: number) => () =>
      assertBeforeAuction({ timeInForce, worksFrom: new Date(at('25T14:30')) }, nowMs);
    const tooLate = expect.objectContaining({ code: 'trading.too_late_for_auction' }) as Error;
    expect(change('opg', at('25T14:27'))).not.toThrow();
    expect(change('opg', at('25T14:28'))).toThrow(tooLate);
    // 19:30 in New York.
    expect(change('opg', at('26T00:30'))).toThrow(tooLate);
    expect(change('gtc', at('25T14:28'))).not.toThrow();
  });
});
