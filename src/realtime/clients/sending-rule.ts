/** From here on a client is behind, and gets no more of a transient channel than its latest message. */
export const BEHIND_BYTES = 64 * 1024;
/** What waits for one client at most. */
export const MAX_UNSENT_BYTES = 1024 * 1024;

/**
 * What becomes of a frame for a client of whom `unsentBytes` wait to be sent. A transient one is held: the next of its
 * channel takes its place, and it goes once the client has caught up. A durable one goes in any case, as all before it
 * have; a client that takes too little has to come back, and goes on from the place it got to.
 */
export function howToSend(unsentBytes: number, isTransient: boolean): 'send' | 'hold' | 'end' {
  if (isTransient) return unsentBytes < BEHIND_BYTES ? 'send' : 'hold';
  return unsentBytes < MAX_UNSENT_BYTES ? 'send' : 'end';
}
