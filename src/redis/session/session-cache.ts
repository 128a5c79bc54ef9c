import type { Session } from '../../kernel/session-records.js';
import type { TokenFacts } from './session-token.js';

/**
 * A session that can still be used, `ended`: one that was ended here, or undefined: nothing is known,
 * ask the records.
 */
export type CachedSession = Session | 'ended' | undefined;

/** The fast path: sessions that the records called live. It may lose any of them at any time. */
export abstract class SessionCache {
  /** Looks the session up and restarts its idle time, in one round trip. */
  abstract use(token: TokenFacts): Promise<CachedSession>;
  /**
   * Keeps a live session that is used now.
   * @returns false when it was ended here meanwhile: then it stays ended.
   */
  abstract keep(token: TokenFacts, session: Session): Promise<boolean>;
  /** Ends it here: what was read from the records before can no longer be kept. */
  abstract end(token: TokenFacts): Promise<void>;
  /**
   * From now on nothing counts that was kept before: it may lack what happened while this process
   * could not be told, or come from an old copy of the data. Rejects while the store is away.
   */
  abstract forgetHere(): Promise<void>;
  /** Told whenever the connection is lost. */
  abstract onInterruption(interrupted: () => void): void;
}
