import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openReference } from '../../../../test/support/reference.js';
import { DAY_MS } from '../../../kernel/duration.js';
import {
  closureOn,
  currentOrNextSession,
  isoDate,
  sessionAfter,
  sessionOn,
} from './xnys-calendar.js';

const { folder, it: itWithReference, why } = openReference('calendars', 'xnys.csv');

describe('the calendar of the New York Stock Exchange', () => {
  itWithReference(`has the sessions that were published since 2015, and no others${why}`, () => {
    const published = readFileSync(join(folder, 'xnys.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([date, open, close]) => ({
        date: date?.slice(0, 10) ?? '',
        openMs: Date.parse(open ?? ''),
        closeMs: Date.parse(close ?? ''),
      }));
    expect(published.length).toBeGreaterThan(2_000);
    const firstMs = Date.parse(published[0]?.date ?? '');
    const lastMs = Date.parse(published.at(-1)?.date ?? '');
    const computed = Array.from({ length: (lastMs - firstMs) / DAY_MS + 1 }, (_, day) =>
      sessionOn(isoDate(firstMs + day * DAY_MS)),
    )
      .filter((session) => session !== undefined)
      .map(({ date, openMs, closeMs }) => ({ date, openMs, closeMs }));
    expect(computed).toEqual(published);
  });

  it.each([
    ['2021-06-18', undefined, 'before it was a holiday of the exchange'],
    ['2022-06-20', 'Juneteenth', 'observed on the Monday'],
    ['2026-06-19', 'Juneteenth', 'a Friday'],
    ['2021-12-24', 'Christmas Day', 'observed on the Friday'],
    ['2021-12-31', undefined, 'a new year on a Saturday is not observed'],
    ['2023-01-02', "New Year's Day", 'observed on the Monday'],
    ['2024-03-29', 'Good Friday', 'an Easter of March'],
    ['2038-04-23', 'Good Friday', 'the latest Easter there is'],
    ['2026-07-03', 'Independence Day', 'observed on the Friday'],
    ['2018-12-05', 'Day of Mourning for George H. W. Bush', 'no rule knows'],
    ['2025-01-09', 'Day of Mourning for Jimmy Carter', 'no rule knows'],
    ['2025-03-15', 'weekend', 'a Saturday'],
  ])('says of %s: %s (%s)', (date, closure, _why) => {
    expect(closureOn(date)).toBe(closure);
  });

  it.each([
    ['2025-07-03', '17:00'],
    ['2025-11-28', '18:00'],
    ['2025-12-24', '18:00'],
    ['2020-07-02', '20:00'],
    ['2027-07-02', '20:00'],
    ['2025-03-07', '21:00'],
    ['2025-03-10', '20:00'],
    ['2025-11-03', '21:00'],
  ])('closes on %s at %s UTC', (date, time) => {
    expect(new Date(sessionOn(date)?.closeMs ?? 0).toISOString()).toBe(`${date}T${time}:00.000Z`);
  });

  it('finds the session that is on, and the next one over a long weekend', () => {
    const duringMs = Date.parse('2025-07-03T16:59:59Z');
    expect(currentOrNextSession(duringMs).date).toBe('2025-07-03');
    expect(currentOrNextSession(duringMs + 1_000).date).toBe('2025-07-07');
    expect(sessionAfter('2025-07-03').date).toBe('2025-07-07');
  });
});
