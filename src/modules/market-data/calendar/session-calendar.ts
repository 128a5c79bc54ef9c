import { DAY_MS, MINUTE_MS } from '../../../kernel/duration.js';
import type { ScheduleCalendar } from '../../../redis/index.js';
import { dateInNewYork, isoDate, sessionOn, type Session } from './xnys-calendar.js';

export const SESSION_PHASES = ['open', 'close'] as const;
export type SessionPhase = (typeof SESSION_PHASES)[number];

/**
 * When sessions of the New York Stock Exchange open or close, early closes and daylight saving time included.
 * @param afterMs so much later than that; less than what is left of the day in New York
 */
export function sessionCalendar(phase: SessionPhase, afterMs = 0): ScheduleCalendar {
  const later = afterMs === 0 ? '' : `${afterMs / MINUTE_MS} min after `;
  return {
    text: `${later}${phase} of the New York Stock Exchange`,
    latestMs: (atMs) => momentMs(latestSession(phase, atMs - afterMs), phase) + afterMs,
    nextMs: (atMs) => momentMs(nextSession(phase, atMs - afterMs), phase) + afterMs,
  };
}

/** The last session that has opened, or closed, by `atMs`. */
export function latestSession(phase: SessionPhase, atMs: number): Session {
  return findSession(atMs, -DAY_MS, (session) => momentMs(session, phase) <= atMs);
}

function nextSession(phase: SessionPhase, atMs: number): Session {
  return findSession(atMs, DAY_MS, (session) => momentMs(session, phase) > atMs);
}

function momentMs({ openMs, closeMs }: Session, phase: SessionPhase): number {
  return phase === 'open' ? openMs : closeMs;
}

/** The first that fits, day by day from that of `fromMs` on. */
function findSession(fromMs: number, stepMs: number, fits: (session: Session) => boolean): Session {
  for (let dayMs = Date.parse(dateInNewYork(fromMs)); ; dayMs += stepMs) {
    const session = sessionOn(isoDate(dayMs));
    if (session !== undefined && fits(session)) return session;
  }
}
