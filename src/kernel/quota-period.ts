import { DAY_MS } from './duration.js';

export const QUOTA_PERIODS = ['day', 'month'] as const;
export type QuotaPeriod = (typeof QUOTA_PERIODS)[number];

/** One day or month of the UTC calendar. */
export interface PeriodBounds {
  /** Its first day, `YYYY-MM-DD`. */
  readonly startsOn: string;
  /** Its end and the beginning of the next one, ms since the epoch. */
  readonly endsAtMs: number;
}

/** The period that a moment lies in. */
export function periodAt(period: QuotaPeriod, atMs: number): PeriodBounds {
  const today = new Date(atMs).toISOString().slice(0, 10);
  if (period === 'day') {
    // UTC days have no leap: all are equally long.
    return { startsOn: today, endsAtMs: (Math.floor(atMs / DAY_MS) + 1) * DAY_MS };
  }
  const at = new Date(atMs);
  return {
    startsOn: `${today.slice(0, 8)}01`,
    endsAtMs: Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1),
  };
}
