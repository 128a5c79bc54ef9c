import { sessionCalendar, latestSession } from './session-calendar.js';

const MINUTE_MS = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();
const at = (text: string) => Date.parse(text);

describe('the calendar of sessions', () => {
  const open = sessionCalendar('open');
  const close = sessionCalendar('close');
  const later = sessionCalendar('close', 30 * MINUTE_MS);

  it('is at the moment itself, and never before it', () => {
    expect(iso(open.latestMs(at('2025-03-14T13:30:00Z')))).toBe('2025-03-14T13:30:00.000Z');
    expect(iso(open.latestMs(at('2025-03-14T13:29:59.999Z')))).toBe('2025-03-13T13:30:00.000Z');
    expect(iso(open.nextMs(at('2025-03-14T13:29:59.999Z')))).toBe('2025-03-14T13:30:00.000Z');
    expect(iso(open.nextMs(at('2025-03-14T13:30:00Z')))).toBe('2025-03-17T13:30:00.000Z');
  });

  it('knows early closes, and passes over holidays and weekends', () => {
    // Thanksgiving, and the short day after it.
    expect(iso(close.latestMs(at('2025-11-27T20:00:00Z')))).toBe('2025-11-26T21:00:00.000Z');
    expect(iso(close.nextMs(at('2025-11-26T21:00:00Z')))).toBe('2025-11-28T18:00:00.000Z');
    expect(iso(later.nextMs(at('2025-11-28T18:00:00Z')))).toBe('2025-11-28T18:30:00.000Z');
    expect(iso(later.latestMs(at('2025-11-28T18:29:00Z')))).toBe('2025-11-26T21:30:00.000Z');
    expect(latestSession('close', at('2025-11-30T12:00:00Z')).date).toBe('2025-11-28');
  });

  it.each([
    ['in spring', '2025-03-07T12:00:00Z', ['2025-03-07T21', '2025-03-10T20', '2025-03-11T20']],
    ['in autumn', '2025-10-31T12:00:00Z', ['2025-10-31T20', '2025-11-03T21', '2025-11-04T21']],
  ])('closes at four in New York while its clocks change %s', (_when, from, closes) => {
    const seen: string[] = [];
    let atMs = at(from);
    for (const _ of closes) {
      atMs = close.nextMs(atMs);
      seen.push(iso(atMs).slice(0, 13));
      expect(close.latestMs(atMs)).toBe(atMs);
      expect(close.latestMs(atMs + MINUTE_MS)).toBe(atMs);
    }
    expect(seen).toEqual(closes);
  });

  it('says in words when it is', () => {
    expect(later.text).toBe('30 min after close of the New York Stock Exchange');
  });
});
