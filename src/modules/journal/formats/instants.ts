import type { Column } from './header.js';
import { plainText } from './plain-text.js';
import { CellError } from './trade-row.js';

interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const YEAR_FIRST = /^(\d{4})([-/.]?)(\d{2})\2(\d{2})$/;
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/;
const TIME =
  /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(am|pm)?\s*(z|utc|gmt|[+-]\d{2}:?\d{2})?$/i;
const COMPACT_TIME = /^(\d{2})(\d{2})(\d{2})$/;
const FIRST_YEAR = 1900;
const LAST_YEAR = 2199;

/**
 * A moment: ISO 8601 and its relatives (`2024-01-31 09:30:00.5`, `20240131;093000`, `2024/01/31`,
 * `31.01.2024 9:30`, `01/31/2024 09:30 AM`). Without an offset it is UTC, without a time it is midnight.
 * @param date the cell, with the time behind the date or not
 * @param time the cell of a column of its own
 * @throws CellError, also for `03/04/2024`, which is two days: it is not guessed which
 */
export function readInstant(date: Column, cells: readonly string[], time?: Column): Date {
  const cell = date.of(cells);
  if (cell === '') throw new CellError(date.name, 'there is no date');
  const split = /^([^T;,\s]+)(?:[T;,\s]\s*(.+))?$/i.exec(cell);
  const clock = split?.[2] ?? time?.of(cells) ?? '';
  const day = dayOf(split?.[1] ?? cell, date.name);
  return new Date(Date.UTC(day.year, day.month - 1, day.day) + millisecondsOf(clock, time ?? date));
}

/** Month first, as in the United States: for files of brokers who write that. @throws CellError */
export function readUsDate(text: string, column: string): Date {
  const match = YEAR_LAST.exec(text);
  if (match === null) throw notADate(text, column);
  const day = { year: Number(match[4]), month: Number(match[1]), day: Number(match[3]) };
  return new Date(Date.UTC(day.year, checked(day, text, column).month - 1, day.day));
}

function dayOf(text: string, column: string): CalendarDay {
  const iso = YEAR_FIRST.exec(text);
  if (iso !== null) {
    const day = { year: Number(iso[1]), month: Number(iso[3]), day: Number(iso[4]) };
    return checked(day, text, column);
  }
  const match = YEAR_LAST.exec(text);
  if (match === null) throw notADate(text, column);
  const [first, second, year] = [Number(match[1]), Number(match[3]), Number(match[4])];
  // Points stand between day and month where the day comes first, and only there.
  if (match[2] === '.' || first > 12 || first === second) {
    return checked({ year, month: second, day: first }, text, column);
  }
  if (second > 12) return checked({ year, month: first, day: second }, text, column);
  throw new CellError(
    column,
    `"${plainText(text, 40)}" may be two days: write it as year-month-day`,
  );
}

function checked(day: CalendarDay, text: string, column: string): CalendarDay {
  const date = new Date(Date.UTC(day.year, day.month - 1, day.day));
  const exists =
    day.year >= FIRST_YEAR &&
    day.year <= LAST_YEAR &&
    date.getUTCMonth() === day.month - 1 &&
    date.getUTCDate() === day.day;
  if (exists) return day;
  throw notADate(text, column);
}

/** From midnight UTC; negative with an offset to the east. */
function millisecondsOf(text: string, column: Column): number {
  if (text === '') return 0;
  const compact = COMPACT_TIME.exec(text);
  const match = TIME.exec(compact ? `${compact[1]}:${compact[2]}:${compact[3]}` : text);
  if (match === null) throw notATime(text, column.name);
  const [, hour = '', minute = '', second = '0', fraction = '0', half = '', zone = ''] = match;
  const hours = hoursOf(Number(hour), half.toLowerCase());
  if (hours === undefined || Number(minute) > 59 || Number(second) > 59) {
    throw notATime(text, column.name);
  }
  const seconds = hours * 3_600 + Number(minute) * 60 + Number(second);
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  return (seconds - offsetSeconds(zone)) * 1_000 + milliseconds;
}

function hoursOf(hour: number, half: string): number | undefined {
  if (half === '') return hour <= 23 ? hour : undefined;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half === 'pm' ? 12 : 0);
}

function offsetSeconds(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (match === null) return 0;
  const size = Number(match[2]) * 3_600 + Number(match[3]) * 60;
  return match[1] === '-' ? -size : size;
}

function notADate(text: string, column: string): CellError {
  return new CellError(
    column,
    `"${plainText(text, 40)}" is not a date: write it as year-month-day`,
  );
}

function notATime(text: string, column: string): CellError {
  return new CellError(column, `"${plainText(text, 40)}" is not a time of day`);
}
