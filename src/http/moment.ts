import { z } from 'zod';

const EARLIEST_MS = Date.UTC(1900, 0, 1);
const END_MS = Date.UTC(2200, 0, 1);

/** Whether a database and a person would take it for a date: JavaScript's own reach to the year 275760. */
export function isSensibleMoment(atMs: number): boolean {
  return atMs >= EARLIEST_MS && atMs < END_MS;
}

/** ISO 8601, or a date for its first moment in UTC; from 1900 until 2200. */
export const momentSchema = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((text) => new Date(text))
  .refine((moment) => isSensibleMoment(moment.getTime()), 'must lie between 1900 and 2200');
