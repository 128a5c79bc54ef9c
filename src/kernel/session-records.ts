/** A signed-in device. The token is never part of it: only its hash is kept anywhere. */
export interface Session {
  /** Public id, safe to show and to name in a revocation; not the token, nor derived from it. */
  readonly id: string;
  readonly userId: string;
  /** The login; signing in anew on the same device makes it later. */
  readonly createdAtMs: number;
  readonly lastActiveAtMs: number;
  /** Absolute end, however active the session is. */
  readonly expiresAtMs: number;
  /** Address and user agent at login, cut to a bounded length. */
  readonly ip: string;
  readonly userAgent: string;
  /** Of a token that was replaced: when it stops opening the session, which goes on under another one. */
  readonly retiresAtMs?: number | undefined;
}

/** A session with the generation of its user's sessions that it belongs to: ending all begins the next one. */
export interface GenerationSession extends Session {
  readonly generation: number;
}

/** A session as the records keep it. */
export interface SessionRecord extends GenerationSession {
  /** SHA-256 of the token, base64url. */
  readonly tokenHash: string;
}

/** What the records know of a token. */
export interface FoundSession extends SessionRecord {
  /** Set for a token that was replaced: when it stops opening the session. Used later, it was stolen. */
  readonly retiresAtMs: number | undefined;
}

/** What "live" means at a moment: before the absolute end, and used within the idle time. */
export interface LiveAt {
  readonly nowMs: number;
  readonly idleMs: number;
}

export function isLive(session: Session, { nowMs, idleMs }: LiveAt): boolean {
  return nowMs < session.expiresAtMs && nowMs < session.lastActiveAtMs + idleMs;
}

/** A new token for a session. */
export interface Rotation {
  readonly userId: string;
  readonly sessionId: string;
  readonly tokenHash: string;
  /** When the token that it had until now stops opening it. */
  readonly retiresAtMs: number;
  /** A login anew: the session begins again. */
  readonly login?: Pick<Session, 'createdAtMs' | 'expiresAtMs' | 'ip' | 'userAgent'>;
  /** Ends all other sessions of the user in the same step. */
  readonly endsOthers: boolean;
}

/**
 * A change that is committed with the end of sessions, or not at all: a password of which nobody knows whether
 * others are still signed in by the old one would be worse than none.
 */
export interface JointChange {
  /**
   * Runs in the transaction that ends the sessions, after them. What it throws undoes both.
   * @param transaction as the owner of the records hands it out; nothing else is known of it here
   */
  apply(transaction: object): Promise<void>;
}

/** A change that is committed with a sign-in, or not at all. */
export interface SignInChange {
  /**
   * Runs in the transaction that opens the session, after it. What it throws undoes both.
   * @param transaction as of a {@link JointChange}
   * @param session as it was kept: what a client chose of it is bounded
   */
  apply(transaction: object, session: Session): Promise<void>;
}

/** What all processes must know of, beside what they read when somebody asks. */
export type SessionChange =
  | {
      readonly kind: 'ended';
      readonly userId: string;
      readonly sessionId: string;
      /** All tokens that may still be believed somewhere. */
      readonly tokenHashes: readonly string[];
    }
  | {
      /** All sessions of the user before `generation`, and so all but `keptSessionId`, have ended. */
      readonly kind: 'all-ended';
      readonly userId: string;
      readonly generation: number;
      readonly keptSessionId?: string;
    }
  | {
      readonly kind: 'token-retired';
      readonly userId: string;
      readonly sessionId: string;
      readonly tokenHash: string;
      /** To which the session belongs from now on. */
      readonly generation: number;
      readonly retiresAtMs: number;
    };

/** A change with its number in the log. Numbers become visible in any order. */
export interface LoggedChange {
  readonly seq: number;
  readonly change: SessionChange;
}

/**
 * The truth of who is signed in: what is open here may be used, what is not, may not, whatever a faster store
 * says. `redis/` asks for it, `database/` has it. Times are those of the processes that ask. Nothing brings a
 * revoked record back. What ends something writes it into a log in the same step, from which every process
 * learns of it whatever becomes of Redis.
 */
export abstract class SessionRecords {
  /**
   * Keeps a new session in its user's present generation, and revokes the user's oldest logins beyond
   * `maxPerUser`, however many logins come at once.
   * @param live what counts as one of those
   */
  abstract open(
    session: Omit<SessionRecord, 'generation'>,
    maxPerUser: number,
    live: LiveAt,
    change?: SignInChange,
  ): Promise<{ generation: number; surplus: readonly LoggedChange[] }>;
  /** Those of the token hashes that open, or did before they were replaced, a session that was not revoked; it may have ended in time. */
  abstract find(tokenHashes: readonly string[]): Promise<FoundSession[]>;
  /** The user's live sessions, latest login first. */
  abstract listByUser(userId: string, live: LiveAt): Promise<SessionRecord[]>;
  /**
   * Notes that the sessions of these tokens were used at `atMs`, unless a later use is noted already.
   * @returns the token hashes of those that are not revoked, replaced tokens included: who is missing has ended.
   */
  abstract touch(tokenHashes: readonly string[], atMs: number): Promise<string[]>;
  /** The same by the ids of sessions that are live. @returns those. */
  abstract touchByIds(sessionIds: readonly string[], live: LiveAt): Promise<SessionRecord[]>;
  /** @returns undefined when the user has no live session of that id; nothing was changed then. */
  abstract rotate(
    rotation: Rotation,
    live: LiveAt,
    change?: SignInChange,
  ): Promise<{ session: SessionRecord; changes: readonly LoggedChange[] } | undefined>;
  /**
   * Also one that has been idle for too long: somewhere a use may be known that the records do not know yet.
   * @returns undefined when the user has no session of that id before its absolute end, or it was revoked.
   */
  abstract revoke(
    userId: string,
    sessionId: string,
    nowMs: number,
  ): Promise<LoggedChange | undefined>;
  /** Begins the user's next generation: costs the same however many sessions that ends. */
  abstract revokeAll(userId: string, change?: JointChange): Promise<LoggedChange>;
  /** Changes that were logged within the last `windowMs` by the clock of the database. */
  abstract changes(windowMs: number): Promise<LoggedChange[]>;
  /** Forgets up to `limit` sessions whose absolute end has passed, and changes older than `keptMs`. @returns how many sessions. */
  abstract sweep(nowMs: number, limit: number, keptMs: number): Promise<number>;
}
