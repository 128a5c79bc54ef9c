import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../kernel/duration.js';
import type { DeliveryChannelName } from '../delivery-channels.js';

/** Of a day, in the user's time zone, as `22:30`. */
export type TimeOfDay = string;

/** When a user wants to be left alone, and what is to come together. */
export interface Timing {
  readonly quietHours: { readonly from: TimeOfDay; readonly to: TimeOfDay } | null;
  readonly emailDigest: 'off' | 'hourly' | 'daily';
  /** Of the daily one. */
  readonly emailDigestAt: TimeOfDay;
  /** IANA */
  readonly timeZone: string;
}

/** `held`: sent by itself then; `gathered`: then, with all others, in one mail. */
export type DeliveryMoment =
  { readonly status: 'pending' } | { readonly status: 'held' | 'gathered'; readonly dueMs: number };

const NOW: DeliveryMoment = { status: 'pending' };

/**
 * When something goes out that happened at `nowMs`. What is urgent goes at once; so does what programs read, and they
 * sleep at no time.
 */
export function deliveryMoment(
  channel: DeliveryChannelName,
  urgent: boolean,
  timing: Timing,
  nowMs: number,
): DeliveryMoment {
  if (!canWait(channel, urgent)) return NOW;
  const { quietHours, emailDigest, emailDigestAt, timeZone } = timing;
  if (channel === 'email' && emailDigest !== 'off') {
    const dueMs =
      emailDigest === 'hourly'
        ? (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS
        : nextLocalTime(nowMs, emailDigestAt, timeZone);
    return { status: 'gathered', dueMs: endOfQuiet(dueMs, quietHours, timeZone) };
  }
  const dueMs = endOfQuiet(nowMs, quietHours, timeZone);
  return dueMs === nowMs ? NOW : { status: 'held', dueMs };
}

/** When what was to be sent at `atMs` may be: then, or at the end of the quiet hours that it falls into. */
export function endOfQuietFor(
  channel: DeliveryChannelName,
  urgent: boolean,
  { quietHours, timeZone }: Pick<Timing, 'quietHours' | 'timeZone'>,
  atMs: number,
): number {
  return canWait(channel, urgent) ? endOfQuiet(atMs, quietHours, timeZone) : atMs;
}

const canWait = (channel: DeliveryChannelName, urgent: boolean): boolean =>
  !urgent && channel !== 'webhook';

/**
 * `atMs` itself when it is in no quiet hours. They last from one wall time to the next, however long that is: a night in which
 * clocks show an hour twice has them once.
 */
export function endOfQuiet(
  atMs: number,
  quietHours: Timing['quietHours'],
  timeZone: string,
): number {
  if (!quietHours) return atMs;
  const today = midnightOf(atMs, timeZone);
  for (const day of [today - DAY_MS, today]) {
    const beginsMs = momentOf(day + minutesOf(quietHours.from) * MINUTE_MS, timeZone);
    if (beginsMs > atMs) continue;
    const endsMs = nextLocalTime(beginsMs, quietHours.to, timeZone);
    if (atMs < endsMs) return endsMs;
  }
  return atMs;
}

/**
 * The first moment after `afterMs` at which clocks in the zone show that time. On a day when they skip it: as long after the
 * gap as it lies within; on one when they show it twice: the first time.
 */
export function nextLocalTime(afterMs: number, time: TimeOfDay, timeZone: string): number {
  const midnight = midnightOf(afterMs, timeZone);
  for (let days = 0; ; days += 1) {
    const wall = midnight + days * DAY_MS + minutesOf(time) * MINUTE_MS;
    const moment = momentOf(wall, timeZone);
    if (moment > afterMs) return moment;
  }
}

/** With which the day in the zone began, as a wall time: written as if it were UTC. */
function midnightOf(atMs: number, timeZone: string): number {
  const local = atMs + offsetMs(atMs, timeZone);
  return local - modulo(local, DAY_MS);
}

/** Of a wall time, written as if it were UTC. */
function momentOf(wall: number, timeZone: string): number {
  // No zone changes its clocks twice within two days.
  const moments = [wall - DAY_MS, wall + DAY_MS].map((near) => wall - offsetMs(near, timeZone));
  const shown = moments.filter((moment) => moment + offsetMs(moment, timeZone) === wall);
  return shown.length > 0 ? Math.min(...shown) : Math.max(...moments);
}

/** What clocks in the zone are ahead of UTC, ms. */
function offsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(atMs);
  const of = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    of('year'),
    of('month') - 1,
    of('day'),
    of('hour'),
    of('minute'),
    of('second'),
  );
  return wall - (atMs - modulo(atMs, 1_000));
}

function minutesOf(time: TimeOfDay): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
