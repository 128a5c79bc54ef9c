import type { Session } from '../../kernel/session-records.js';

export type { Session };

export interface NewSession {
  readonly userId: string;
  readonly ip: string;
  readonly userAgent: string;
}

/**
 * Opaque tokens of 256 random bits, kept as SHA-256: who reads the store cannot sign in with what is
 * there. A session ends 24 h after login and after 30 min without use (both from the configuration).
 * A user has at most {@link MAX_SESSIONS_PER_USER} of them: one more ends the oldest login.
 *
 * The database is the truth of it and Redis the fast path: without Redis everything here still works.
 * Every method throws AppError `session.unavailable` (unavailable) when who could tell does not
 * answer: who cannot be recognised is neither let in nor signed out.
 */
export abstract class SessionStore {
  /** @returns the token, to be shown to the client once, and the session it opens. */
  abstract create(input: NewSession): Promise<{ token: string; session: Session }>;
  /**
   * The live session of `token`, marked as active now; `undefined` for any token that opens none. One
   * round trip to Redis; while the database is away, what Redis knows still counts.
   */
  abstract validate(token: string): Promise<Session | undefined>;
  /** The user's live sessions, latest login first; their last activity is exact to about a minute. */
  abstract listByUser(userId: string): Promise<Session[]>;
  /**
   * Ends one session of the user: in this process at once, in others as soon as Redis was told, and
   * with Redis out of reach within about a minute. @returns false when there was none of that id.
   */
  abstract revoke(userId: string, sessionId: string): Promise<boolean>;
  /** Ends all sessions of the user; a validation that is under way never revives one. */
  abstract revokeAll(userId: string): Promise<void>;
  /** Forgets the records of sessions whose absolute end has passed. @returns how many. */
  abstract sweep(signal: AbortSignal): Promise<number>;
}

export const MAX_SESSIONS_PER_USER = 100;
