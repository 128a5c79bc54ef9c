import { DAY_MS } from '../../../kernel/duration.js';
import { dateInNewYork, isoDate, nth, sessionOn } from '../calendar/xnys-calendar.js';

const WEEKLIES = 4;
const MONTHLIES = 6;
const FRIDAY = 5;

/** A day on which options end, with the close of its session. */
export interface OptionExpiry {
  /** `2025-03-21`, in New York. */
  readonly date: string;
  readonly closeMs: number;
}

/**
 * The expiries that are listed: the next four Fridays, and the third Friday of this month and the five that
 * follow; the last session before a Friday without one. Ascending, none that is over.
 */
export function optionExpiries(atMs: number): readonly OptionExpiry[] {
  const todayMs = Date.parse(dateInNewYork(atMs));
  const today = new Date(todayMs);
  const daysToFriday = (FRIDAY - today.getUTCDay() + 7) % 7;
  // One more of each than are listed: the first may be over.
  const fridays = Array.from(
    { length: WEEKLIES + 1 },
    (_, week) => todayMs + (daysToFriday + 7 * week) * DAY_MS,
  );
  const thirdFridays = Array.from({ length: MONTHLIES + 1 }, (_, month) =>
    nth(3, FRIDAY, today.getUTCFullYear(), today.getUTCMonth() + month),
  );
  const ahead = (days: readonly number[], count: number) =>
    days
      .map(expiryAtOrBefore)
      .filter(({ closeMs }) => closeMs > atMs)
      .slice(0, count);
  const byDate = new Map(
    [...ahead(fridays, WEEKLIES), ...ahead(thirdFridays, MONTHLIES)].map((one) => [one.date, one]),
  );
  return [...byDate.values()].sort((a, b) => a.closeMs - b.closeMs);
}

function expiryAtOrBefore(dayMs: number): OptionExpiry {
  for (let ms = dayMs; ; ms -= DAY_MS) {
    const session = sessionOn(isoDate(ms));
    if (session !== undefined) return { date: session.date, closeMs: session.closeMs };
  }
}
