import { DAY_MS, MINUTE_MS } from '../../../kernel/duration.js';

const FIRST_MS = 5 * MINUTE_MS;
const FACTOR = 4;
const LONGEST_MS = DAY_MS;
/** So long after its last block has ended, an address is as good as any other. */
const FORGIVEN_AFTER_MS = DAY_MS;

/** An address that was blocked for abuse before. */
export interface EarlierBlock {
  /** How many came one upon the other. */
  readonly level: number;
  readonly endsAtMs: number;
}

/** The block that abuse earns now: 5 min, then four times as long each time, up to a day. */
export function nextBlock(
  earlier: EarlierBlock | undefined,
  nowMs: number,
): { readonly level: number; readonly endsAtMs: number } {
  const isForgiven = earlier === undefined || nowMs - earlier.endsAtMs >= FORGIVEN_AFTER_MS;
  const level = isForgiven ? 1 : earlier.level + 1;
  const durationMs = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** (level - 1));
  return { level, endsAtMs: nowMs + durationMs };
}

/** From then on a block that has ended says nothing about the next one. */
export function forgivenBeforeMs(nowMs: number): number {
  return nowMs - FORGIVEN_AFTER_MS;
}

/** How long changes of blocks are remembered. */
export const REMEMBERED_MS = 365 * DAY_MS;
