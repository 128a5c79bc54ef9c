/** A signed-in device. The token is never part of it: only its hash is kept anywhere. */
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

/** A session as the records keep it. */
export interface SessionRecord extends Session {
  /** SHA-256 of the token, base64url. */
  readonly tokenHash: string;
}

/** What "live" means at a moment: before the absolute end, and used within the idle time. */
export interface LiveAt {
  readonly nowMs: number;
  readonly idleMs: number;
}

export function isLive(session: Session, { nowMs, idleMs }: LiveAt): boolean {
  return nowMs < session.expiresAtMs && nowMs < session.lastActiveAtMs + idleMs;
}

/**
 * The truth of who is signed in: what is open here may be used, what is not, may not, whatever a faster store
 * says. `redis/` asks for it, `database/` has it. Times are those of the processes that ask. Nothing brings a
 * revoked record back.
 */
export abstract class SessionRecords {
  /**
   * Keeps a new session, and revokes the user's oldest live logins beyond `maxPerUser`, however many logins
   * come at once. @returns the token hashes of those.
   */
  abstract open(session: SessionRecord, maxPerUser: number, live: LiveAt): Promise<string[]>;
  /** Those of the token hashes that were opened and not revoked; they may have ended in time. */
  abstract find(tokenHashes: readonly string[]): Promise<SessionRecord[]>;
  /** The user's live sessions, latest login first. */
  abstract listByUser(userId: string, live: LiveAt): Promise<SessionRecord[]>;
  /**
   * Notes that the sessions were used at `atMs`, unless a later use is noted already.
   * @returns the token hashes of those that are not revoked: who is missing has ended.
   */
  abstract touch(tokenHashes: readonly string[], atMs: number): Promise<string[]>;
  /** @returns the token hash of the live session that was revoked; undefined when the user has none of that id. */
  abstract revoke(userId: string, sessionId: string, live: LiveAt): Promise<string | undefined>;
  /** @returns the token hashes of the sessions that were revoked. */
  abstract revokeAll(userId: string, nowMs: number): Promise<string[]>;
  /** Forgets up to `limit` sessions whose absolute end has passed. @returns how many. */
  abstract sweep(nowMs: number, limit: number): Promise<number>;
}
