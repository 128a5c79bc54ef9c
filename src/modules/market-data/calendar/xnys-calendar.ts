import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../kernel/duration.js';

/** A day on which the New York Stock Exchange trades. */
export interface Session {
  /** `2025-03-14`, in New York. */
  readonly date: string;
  readonly openMs: number;
  readonly closeMs: number;
  /** Ends at 13:00 instead of 16:00. */
  readonly isEarlyClose: boolean;
}

const OPEN_MS = 9 * HOUR_MS + 30 * MINUTE_MS;
const CLOSE_MS = 16 * HOUR_MS;
const EARLY_CLOSE_MS = 13 * HOUR_MS;

const [SUNDAY, MONDAY, THURSDAY, SATURDAY] = [0, 1, 4, 6] as const;
const [JANUARY, FEBRUARY, MAY, JUNE, JULY, SEPTEMBER, NOVEMBER, DECEMBER] = [
  0, 1, 4, 5, 6, 8, 10, 11,
] as const;

/** What no rule can know; the exchange announces them some days ahead. */
const SPECIAL_CLOSURES: ReadonlyMap<string, string> = new Map([
  ['2018-12-05', 'Day of Mourning for George H. W. Bush'],
  ['2025-01-09', 'Day of Mourning for Jimmy Carter'],
]);

/**
 * The session of a day in New York, by the rules of the exchange (its Rule 7.2) as they are since 2015:
 * holidays and the days they are observed on, Good Friday, Juneteenth from 2022 on, early closes, and
 * daylight saving time of New York.
 * @param date `2025-03-14`
 * @returns undefined when there is none: see {@link closureOn}
 */
export function sessionOn(date: string): Session | undefined {
  if (closureOn(date) !== undefined) return undefined;
  const midnightMs = midnightInNewYorkMs(date);
  const isEarlyClose = closesEarly(Date.parse(date));
  return {
    date,
    openMs: midnightMs + OPEN_MS,
    closeMs: midnightMs + (isEarlyClose ? EARLY_CLOSE_MS : CLOSE_MS),
    isEarlyClose,
  };
}

/** Why there is no session on a day: `weekend`, or the name of the holiday. */
export function closureOn(date: string): string | undefined {
  const dayMs = Date.parse(date);
  if ([SUNDAY, SATURDAY].some((weekday) => weekday === weekdayOf(dayMs))) return 'weekend';
  return (
    SPECIAL_CLOSURES.get(date) ??
    holidaysOf(new Date(dayMs).getUTCFullYear()).find((holiday) => holiday.dayMs === dayMs)?.name
  );
}

/** The first session that is not over at `atMs`. */
export function currentOrNextSession(atMs: number): Session {
  for (let dayMs = Date.parse(dateInNewYork(atMs)); ; dayMs += DAY_MS) {
    const session = sessionOn(isoDate(dayMs));
    if (session !== undefined && session.closeMs > atMs) return session;
  }
}

/** The session after that of a day. */
export function sessionAfter(date: string): Session {
  for (let dayMs = Date.parse(date) + DAY_MS; ; dayMs += DAY_MS) {
    const session = sessionOn(isoDate(dayMs));
    if (session !== undefined) return session;
  }
}

const newYorkDate = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/New_York',
  dateStyle: 'short',
});

/** The day that a moment falls on in New York: `2025-03-14`. */
export function dateInNewYork(atMs: number): string {
  return newYorkDate.format(atMs);
}

export function isoDate(dayMs: number): string {
  return new Date(dayMs).toISOString().slice(0, 10);
}

/** Holidays that fall on a weekday or are observed on one. Days as midnights in UTC. */
function holidaysOf(year: number): readonly { dayMs: number; name: string }[] {
  const newYear = Date.UTC(year, JANUARY, 1);
  const holidays = [
    // On a Saturday it is not observed at all: the Friday before ends the books of the year.
    {
      dayMs: weekdayOf(newYear) === SATURDAY ? newYear : observed(newYear),
      name: "New Year's Day",
    },
    { dayMs: nth(3, MONDAY, year, JANUARY), name: 'Martin Luther King, Jr. Day' },
    { dayMs: nth(3, MONDAY, year, FEBRUARY), name: "Washington's Birthday" },
    { dayMs: easterSunday(year) - 2 * DAY_MS, name: 'Good Friday' },
    { dayMs: lastMondayOfMay(year), name: 'Memorial Day' },
    { dayMs: observed(Date.UTC(year, JULY, 4)), name: 'Independence Day' },
    { dayMs: nth(1, MONDAY, year, SEPTEMBER), name: 'Labor Day' },
    { dayMs: nth(4, THURSDAY, year, NOVEMBER), name: 'Thanksgiving Day' },
    { dayMs: observed(Date.UTC(year, DECEMBER, 25)), name: 'Christmas Day' },
  ];
  if (year < 2022) return holidays;
  return [...holidays, { dayMs: observed(Date.UTC(year, JUNE, 19)), name: 'Juneteenth' }];
}

/** Of a session: it is that before Independence Day or Christmas, or after Thanksgiving. */
function closesEarly(dayMs: number): boolean {
  const year = new Date(dayMs).getUTCFullYear();
  return [
    Date.UTC(year, JULY, 3),
    nth(4, THURSDAY, year, NOVEMBER) + DAY_MS,
    Date.UTC(year, DECEMBER, 24),
  ].includes(dayMs);
}

/** A holiday on a Saturday is observed on the Friday before, one on a Sunday on the Monday after. */
function observed(dayMs: number): number {
  if (weekdayOf(dayMs) === SATURDAY) return dayMs - DAY_MS;
  return weekdayOf(dayMs) === SUNDAY ? dayMs + DAY_MS : dayMs;
}

/** The n-th such weekday of a month. */
export function nth(n: number, weekday: number, year: number, month: number): number {
  const firstMs = Date.UTC(year, month, 1);
  const days = ((weekday - weekdayOf(firstMs) + 7) % 7) + 7 * (n - 1);
  return firstMs + days * DAY_MS;
}

function lastMondayOfMay(year: number): number {
  const lastMs = Date.UTC(year, MAY, 31);
  return lastMs - ((weekdayOf(lastMs) - MONDAY + 7) % 7) * DAY_MS;
}

/** The anonymous Gregorian algorithm (J. Meeus, Astronomical Algorithms, chapter 8). */
function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const sum = h + l - 7 * m + 114;
  return Date.UTC(year, Math.floor(sum / 31) - 1, (sum % 31) + 1);
}

function weekdayOf(dayMs: number): number {
  return new Date(dayMs).getUTCDay();
}

const newYorkOffset = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  timeZoneName: 'longOffset',
});

/**
 * Midnight by the offset that holds during the session: clocks change at 2:00 on a Sunday, hours before the
 * noon that is looked at here.
 */
function midnightInNewYorkMs(date: string): number {
  const dayMs = Date.parse(date);
  const noon = newYorkOffset.formatToParts(dayMs + 17 * HOUR_MS);
  const text = noon.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /^GMT([+-])(\d{2}):(\d{2})$/.exec(text) ?? [];
  const offsetMs = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS;
  return sign === '-' ? dayMs + offsetMs : dayMs - offsetMs;
}
