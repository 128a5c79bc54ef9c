import { dueAtMs, nextDueAtMs, type ScheduleDefinition } from '../../../redis/index.js';

export interface ScheduleState {
  /** The due time that was run for last. */
  readonly slotAt: Date;
  readonly requestedAt: Date | null;
  /** `lost`: a run was begun, and its instance is gone. */
  readonly run: 'none' | 'under way' | 'lost';
}

/**
 * Whether a run may begin at `nowMs`: a due time has passed that nobody ran for, a run was asked for, or one
 * was begun by an instance that is gone. However many due times were missed, they are made up for once.
 */
export function mayBegin(
  definition: ScheduleDefinition,
  { slotAt, requestedAt, run }: ScheduleState,
  nowMs: number,
): boolean {
  if (run !== 'none') return run === 'lost';
  return requestedAt !== null || isDue(definition, slotAt, nowMs);
}

/** When the next run begins, as far as one can know. */
export function nextRunAtMs(
  definition: ScheduleDefinition,
  state: ScheduleState | undefined,
  nowMs: number,
): number {
  if (state !== undefined && mayBegin(definition, state, nowMs)) return nowMs;
  return nextDueAtMs(definition, nowMs);
}

/**
 * A slot that lies more than one turn ahead was written by a clock that is wrong, or was set back since:
 * waiting for it could take for ever. One turn ahead is just another instance whose clock is a little early.
 */
function isDue(definition: ScheduleDefinition, slotAt: Date, nowMs: number): boolean {
  const slotMs = slotAt.getTime();
  return slotMs < dueAtMs(definition, nowMs) || slotMs > nextDueAtMs(definition, nowMs);
}
