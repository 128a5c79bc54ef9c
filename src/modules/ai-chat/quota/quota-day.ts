import { DAY_MS } from '../../../kernel/duration.js';

/** The UTC day that a moment lies in, `YYYY-MM-DD`. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** When the next UTC day begins, ms since the epoch. UTC days have no leap: all are equally long. */
export function nextDayMs(atMs: number): number {
  return (Math.floor(atMs / DAY_MS) + 1) * DAY_MS;
}
