import type { GenerationSession } from '../../../kernel/session-records.js';
import type { TokenFacts, TokenOwner } from '../session-token.js';

/**
 * A session that can still be used, `ended`: it was ended here, or undefined: nothing is known, ask the
 * records.
 */
export type CachedSession = GenerationSession | 'ended' | undefined;

/** `retired`: the token was replaced; what it still opens, the records know. */
export type Kept = 'kept' | 'ended' | 'retired';

/** The fast path: sessions that the records called live. It may lose any of them at any time. */
export abstract class SessionCache {
  /** Looks the session up and restarts its idle time, in one round trip. */
  abstract use(token: TokenFacts): Promise<CachedSession>;
  /** Keeps a live session that is used now, unless it or its generation was ended here meanwhile: then it stays so. */
  abstract keep(token: TokenFacts, session: GenerationSession): Promise<Kept>;
  /** Ends it here: what was read from the records before can no longer be kept. */
  abstract end(token: TokenFacts): Promise<void>;
  /** Ends all sessions of the user before that generation, in one step however many they are. */
  abstract endBefore(owner: TokenOwner, generation: number): Promise<void>;
  /**
   * Lets the token open its session, which belongs to that generation from now on, for `graceMs` more and not
   * longer, whoever uses it.
   */
  abstract retire(token: TokenFacts, generation: number, graceMs: number): Promise<void>;
  /**
   * From now on nothing counts that was kept before: it may lack what happened while this process
   * could not be told, or come from an old copy of the data. Rejects while the store is away.
   */
  abstract forgetHere(): Promise<void>;
  /** Told whenever the connection is lost. */
  abstract onInterruption(interrupted: () => void): void;
}
