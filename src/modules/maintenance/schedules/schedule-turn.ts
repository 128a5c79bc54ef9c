import { MINUTE_MS } from '../../../kernel/duration.js';
import { dueAtMs, nextDueAtMs, type ScheduleDefinition } from '../../../redis/index.js';
import type { RunOutcome } from './run-outcome.js';

export interface ScheduleState {
  /** The due time that was run for last. */
  readonly slotAt: Date;
  readonly requestedAt: Date | null;
  /** `lost`: a run was begun, and its instance is gone. */
  readonly run: 'none' | 'under way' | 'lost';
  /** Of the last run that ended; null: there was none yet. */
  readonly outcome: RunOutcome | null;
  /** How long ago that was, by the database's clock. */
  readonly endedForMs: number | null;
}

/** A due time that a run took without having done its work is run for again after so long. */
export const REPEAT_AFTER_MS = MINUTE_MS;
/** By so much two instances may tell the time differently. */
const CLOCKS_DIFFER_MS = 5 * MINUTE_MS;

/**
 * Whether a run may begin at `nowMs`: a due time has passed that nobody ran for, a run was asked for, or one
 * was begun by an instance that is gone. However many due times were missed, they are made up for once.
 * A run that failed is repeated until one succeeds or the next due time comes.
 */
export function mayBegin(
  definition: ScheduleDefinition,
  state: ScheduleState,
  nowMs: number,
): boolean {
  const { slotAt, requestedAt, run } = state;
  if (run !== 'none') return run === 'lost';
  if (requestedAt !== null || slotAt.getTime() < dueAtMs(definition, nowMs)) return true;
  return isOwed(state, nowMs) && repeatsInMs(state) <= 0;
}

/** When the next run begins, as far as one can know. */
export function nextRunAtMs(
  definition: ScheduleDefinition,
  state: ScheduleState | undefined,
  nowMs: number,
): number {
  const nextMs = nextDueAtMs(definition, nowMs);
  if (state === undefined) return nextMs;
  if (mayBegin(definition, state, nowMs)) return nowMs;
  if (state.run !== 'none' || !isOwed(state, nowMs)) return nextMs;
  return Math.min(nextMs, nowMs + repeatsInMs(state));
}

/**
 * A slot later than this was written by a clock that is wrong, or was set back since: its time is still to
 * come. One a little ahead is just another instance whose clock is a little early.
 */
export function latestSlotMs(nowMs: number): number {
  return nowMs + CLOCKS_DIFFER_MS;
}

/** Whether the slot is taken, but its work was perhaps not done. */
function isOwed({ slotAt, outcome }: ScheduleState, nowMs: number): boolean {
  const failed = outcome !== null && outcome !== 'succeeded';
  return failed || slotAt.getTime() > latestSlotMs(nowMs);
}

/** The pause also keeps two instances from taking the turn from each other all the time, one of which has a wrong clock. */
function repeatsInMs({ endedForMs }: ScheduleState): number {
  return endedForMs === null ? 0 : REPEAT_AFTER_MS - endedForMs;
}
