import { DAY_MS, HOUR_MS } from '../../kernel/duration.js';

/** Moments that no fixed pace has, such as the opening of an exchange. Pure: every instance has the same ones. */
export interface ScheduleCalendar {
  /** In words, for the list of schedules. */
  readonly text: string;
  /** The last moment at or before `atMs`. */
  latestMs(atMs: number): number;
  /** The first moment after `atMs`. */
  nextMs(atMs: number): number;
}

/** Each day at a full hour (UTC). */
export function dailyAt(hour: number): ScheduleCalendar {
  const latestMs = (atMs: number) =>
    Math.floor((atMs - hour * HOUR_MS) / DAY_MS) * DAY_MS + hour * HOUR_MS;
  const text = `daily at ${String(hour).padStart(2, '0')}:00 UTC`;
  return { text, latestMs, nextMs: (atMs) => latestMs(atMs) + DAY_MS };
}

interface Described {
  /** `<module>.<what>`: `portfolio.refresh-summaries`. */
  readonly name: string;
  /** One sentence for the list of schedules. */
  readonly description: string;
}

/** Work that comes back: every `everyMs` (at least 1 s), on the multiples of it since 1970 (UTC), or by a calendar. */
export type ScheduleDefinition = Described &
  (
    | { readonly everyMs: number; readonly calendar?: undefined }
    | { readonly calendar: ScheduleCalendar; readonly everyMs?: undefined }
  );

export function defineSchedule<Definition extends ScheduleDefinition>(
  definition: Definition,
): Readonly<Definition> {
  return Object.freeze(definition);
}

/** The last due time at or before `atMs`. */
export function dueAtMs({ everyMs, calendar }: ScheduleDefinition, atMs: number): number {
  return calendar === undefined ? Math.floor(atMs / everyMs) * everyMs : calendar.latestMs(atMs);
}

/** The first due time after `atMs`. */
export function nextDueAtMs(definition: ScheduleDefinition, atMs: number): number {
  const { everyMs, calendar } = definition;
  return calendar === undefined ? dueAtMs(definition, atMs) + everyMs : calendar.nextMs(atMs);
}
