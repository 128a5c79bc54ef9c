import {
  closureOn,
  currentOrNextSession,
  dateInNewYork,
  sessionAfter,
  sessionOn,
} from './xnys-calendar.js';

export const STATUS_REASONS = [
  'session',
  'before-open',
  'after-close',
  'weekend',
  'holiday',
] as const;

/** Whether the New York Stock Exchange trades, by its calendar. Times are ISO 8601, UTC. */
export interface MarketStatus {
  readonly market: 'XNYS';
  readonly state: 'open' | 'closed';
  readonly reason: (typeof STATUS_REASONS)[number];
  /** Its name, on a weekday without a session. */
  readonly holiday: string | null;
  /** Of this day in New York. */
  readonly session: {
    readonly date: string;
    readonly opensAt: string;
    readonly closesAt: string;
    readonly earlyClose: boolean;
  } | null;
  readonly nextOpenAt: string;
  readonly nextCloseAt: string;
  readonly asOf: string;
  readonly source: 'calendar';
}

export function marketStatusAt(atMs: number): MarketStatus {
  const date = dateInNewYork(atMs);
  const closure = closureOn(date);
  const today = sessionOn(date);
  const next = currentOrNextSession(atMs);
  const isOpen = next.openMs <= atMs;
  return {
    market: 'XNYS',
    state: isOpen ? 'open' : 'closed',
    reason: isOpen ? 'session' : reasonOf(closure, next.date === date),
    holiday: closure === undefined || closure === 'weekend' ? null : closure,
    session: today
      ? {
          date,
          opensAt: iso(today.openMs),
          closesAt: iso(today.closeMs),
          earlyClose: today.isEarlyClose,
        }
      : null,
    nextOpenAt: iso(isOpen ? sessionAfter(next.date).openMs : next.openMs),
    nextCloseAt: iso(next.closeMs),
    asOf: iso(atMs),
    source: 'calendar',
  };
}

function reasonOf(closure: string | undefined, isBefore: boolean): MarketStatus['reason'] {
  if (closure !== undefined) return closure === 'weekend' ? 'weekend' : 'holiday';
  return isBefore ? 'before-open' : 'after-close';
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
