import type { JointChange, Session, SignInChange } from '../../kernel/session-records.js';

export type { Session };

export interface NewSession {
  readonly userId: string;
  readonly ip: string;
  readonly userAgent: string;
}

/** A session with the token that opens it, to be shown to the client once. */
export interface OpenedSession {
  readonly token: string;
  readonly session: Session;
}

/** Which sessions of a user have just ended, here or anywhere: that one, or all but one. */
export type EndedSessions =
  /** Only what was opened with a token that has been replaced ends, at that moment. */
  | { readonly userId: string; readonly sessionId: string; readonly tokenRetiresAtMs: number }
  | { readonly userId: string; readonly sessionId: string }
  | { readonly userId: string; readonly keptSessionId: string | undefined };

/** A token that had been replaced was used after its grace: whoever did that, or the owner, has a stolen one. */
export interface TokenReuse {
  readonly userId: string;
  /** It has ended, with all tokens that it ever had. */
  readonly sessionId: string;
}

/**
 * Opaque tokens of 256 random bits, kept as SHA-256: who reads the store cannot sign in with what is
 * there. A session ends 24 h after login and after 30 min without use (both from the configuration).
 * A user has at most {@link MAX_SESSIONS_PER_USER} of them: one more ends the oldest login.
 *
 * The database is the truth of it and Redis the fast path: without Redis everything here still works.
 * What has ended is refused by every process that Redis answers as soon as the method that ended it
 * resolves, and by every process that the database answers within a second.
 * Every method throws AppError `session.unavailable` (unavailable) when who could tell does not
 * answer: who cannot be recognised is neither let in nor signed out.
 */
export abstract class SessionStore {
  /**
   * Opens a session. A live one that `presented` opens does not stay beside it: one of the same user gets
   * the new token and begins again (the presented token has its grace, see {@link rotate}), one of another
   * user ends.
   * @param change is made in the same step, in the database
   */
  abstract create(
    input: NewSession,
    presented?: string,
    change?: SignInChange,
  ): Promise<OpenedSession>;
  /**
   * The live session of `token`, marked as active now; `undefined` for any token that opens none. One
   * round trip to Redis; while the database is away, what Redis knows still counts. A token that was
   * replaced longer than the grace ago ends its session, and `onReused` is told.
   */
  abstract validate(token: string): Promise<Session | undefined>;
  /** Marks a session as active without a token, as an open socket does. @returns undefined when it has ended. */
  abstract keepAlive(sessionId: string): Promise<Session | undefined>;
  /**
   * Gives the session a new token. The one it had opens it for a short grace more (10 s, from the
   * configuration), for requests that are under way.
   * @param options.endsOthers ends all other sessions of the user in the same step
   * @param options.change is made in that step too, in the database
   * @returns undefined when the user has no such live session; nothing was changed then
   */
  abstract rotate(
    userId: string,
    sessionId: string,
    options: { readonly endsOthers: boolean; readonly change?: JointChange },
  ): Promise<OpenedSession | undefined>;
  /** The user's live sessions, latest login first; their last activity is exact to about a minute. */
  abstract listByUser(userId: string): Promise<Session[]>;
  /**
   * Ends one session of the user, also one that has idled out: a use of it may be under way somewhere.
   * @returns false when there was none of that id, or it had been ended or was past its absolute end.
   */
  abstract revoke(userId: string, sessionId: string): Promise<boolean>;
  /**
   * Ends all sessions of the user, at the same cost however many they are; a validation that is under way
   * never revives one.
   * @param change is made in the same step, in the database
   */
  abstract revokeAll(userId: string, change?: JointChange): Promise<void>;
  /** Told in every process, once for each end that somebody caused; limits that pass are not told. */
  abstract onEnded(listener: (ended: EndedSessions) => void): void;
  /** Told in the one process that noticed, after the session was ended. */
  abstract onReused(listener: (reuse: TokenReuse) => Promise<void>): void;
  /** Forgets the records of sessions whose absolute end has passed. @returns how many. */
  abstract sweep(signal: AbortSignal): Promise<number>;
}

export const MAX_SESSIONS_PER_USER = 100;
