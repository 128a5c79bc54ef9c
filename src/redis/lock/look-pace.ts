/** Shorter than what is granted to a waiter (`CLAIM_MS` in lock-turns.lua): a message that was lost costs no turn. */
const MAX_LOOK_MS = 2_000;
/** However short the holder's lease is: looking is not polling. */
const MIN_LOOK_MS = 250;
/** Those behind give the first in line the time to take what has ended. */
const PER_PLACE_MS = 50;

/**
 * When one who waits looks by itself whether the lock is its own: after the holder's lease has ended without having
 * been extended, and now and then, should a message have been lost. As long as all is well neither is needed.
 * @param leftMs of the holder's lease @param ahead how many wait before this one
 */
export function nextLookMs(leftMs: number, ahead: number): number {
  const afterLeaseMs = leftMs + (ahead + 1) * PER_PLACE_MS;
  return Math.min(MAX_LOOK_MS, Math.max(MIN_LOOK_MS, afterLeaseMs));
}
