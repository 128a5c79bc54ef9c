import { MINUTE_MS, SECOND_MS } from '../../../kernel/duration.js';

/** How a target has answered of late. */
export interface TargetHealth {
  /** Requests in a row that got no answer in time. */
  readonly timeouts: number;
  /** Once it is down: no request before. */
  readonly restsUntilMs: number;
}

export const HEALTHY: TargetHealth = { timeouts: 0, restsUntilMs: 0 };

const TOLERATED = 3;
const FIRST_REST_MS = 30 * SECOND_MS;
const MAX_REST_MS = 10 * MINUTE_MS;
/** Longer than a request may take. */
const TRIAL_MS = 15 * SECOND_MS;

export const isDown = ({ timeouts }: TargetHealth): boolean => timeouts >= TOLERATED;

/** @returns what holds while the request is under way; undefined: none may be made now. After a rest there is one, to try. */
export function withRequest(health: TargetHealth, nowMs: number): TargetHealth | undefined {
  if (!isDown(health)) return health;
  return nowMs < health.restsUntilMs ? undefined : { ...health, restsUntilMs: nowMs + TRIAL_MS };
}

/** Whatever is answered in time, be it "no", ends a row of time-outs. Rests double. */
export function withEnd(
  { timeouts: before }: TargetHealth,
  timedOut: boolean,
  nowMs: number,
): TargetHealth {
  if (!timedOut) return HEALTHY;
  const timeouts = before + 1;
  if (timeouts < TOLERATED) return { timeouts, restsUntilMs: 0 };
  const restMs = Math.min(FIRST_REST_MS * 2 ** (timeouts - TOLERATED), MAX_REST_MS);
  return { timeouts, restsUntilMs: nowMs + restMs };
}
