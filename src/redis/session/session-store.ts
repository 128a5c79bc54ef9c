/** A signed-in device. The token is never part of it: the store keeps a hash alone. */
export interface Session {
  /** Public id, safe to show and to name in a revocation; not the token, nor derived from it. */
  readonly id: string;
  readonly userId: string;
  readonly createdAtMs: number;
  readonly lastActiveAtMs: number;
  /** Absolute end, however active the session is. */
  readonly expiresAtMs: number;
  /** Address and user agent at login, cut to a bounded length. */
  readonly ip: string;
  readonly userAgent: string;
}

export interface NewSession {
  readonly userId: string;
  readonly ip: string;
  readonly userAgent: string;
}

/**
 * Opaque tokens of 256 random bits, stored as SHA-256: who reads the store cannot sign in with what
 * is there. A session ends 24 h after login and after 30 min without use (both from the
 * configuration). A user has at most {@link MAX_SESSIONS_PER_USER} of them: one more ends the
 * oldest login.
 *
 * Every method throws AppError `session.unavailable` (unavailable) when Redis cannot be asked: who
 * cannot be recognised is neither let in nor signed out.
 */
export abstract class SessionStore {
  /** @returns the token, to be shown to the client once, and the session it opens. */
  abstract create(input: NewSession): Promise<{ token: string; session: Session }>;
  /**
   * The live session of `token`, marked as active now; `undefined` for any token that opens none.
   */
  abstract validate(token: string): Promise<Session | undefined>;
  /** The user's live sessions, latest login first. */
  abstract listByUser(userId: string): Promise<Session[]>;
  /** Ends one session of the user. @returns false when there was none of that id. */
  abstract revoke(userId: string, sessionId: string): Promise<boolean>;
  /** Ends all sessions of the user; a validation that is under way never revives one. */
  abstract revokeAll(userId: string): Promise<void>;
}

export const MAX_SESSIONS_PER_USER = 100;
