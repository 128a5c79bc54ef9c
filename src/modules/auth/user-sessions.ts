import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../database/index.js';
import type { Credential, Principal } from '../../kernel/principal.js';
import type { JointChange } from '../../kernel/session-records.js';
import { LiveConnections } from '../../realtime/index.js';
import { SessionStore, type OpenedSession, type Session } from '../../redis/index.js';
import { UserAccessChanged } from '../users/users.events.js';
import type { SessionView } from './auth.dto.js';
import { sessionNotFound, tokenReplaced } from './auth.errors.js';

/** The sessions of a user. Their sockets end with them. */
@Injectable()
export class UserSessions {
  constructor(
    private readonly sessions: SessionStore,
    live: LiveConnections,
    events: DomainEvents,
  ) {
    events.on(UserAccessChanged, async ({ userId, disabled }) => {
      if (disabled) return sessions.revokeAll(userId);
      // A socket follows what its roles allowed when it asked: it has to ask again.
      await live.closeUser(userId);
    });
  }

  /** Latest login first. */
  async list({ userId, credential }: Principal): Promise<SessionView[]> {
    const sessions = await this.sessions.listByUser(userId);
    return sessions.map((session) => toView(session, credential));
  }

  /** @throws AppError `auth.session_not_found` */
  async end(userId: string, sessionId: string): Promise<void> {
    const ended = await this.sessions.revoke(userId, sessionId);
    if (!ended) throw sessionNotFound();
  }

  /** The caller's included. @param change is committed with it or not at all */
  endAll({ userId }: Pick<Principal, 'userId'>, change?: JointChange): Promise<void> {
    return this.sessions.revokeAll(userId, change);
  }

  /**
   * Gives the caller's session a new token; the one that was used stays valid for a short grace.
   * @throws AppError `auth.session_not_found` when it has ended meanwhile; `auth.token_replaced`
   */
  async rotate({ userId, credential }: Principal): Promise<OpenedSession> {
    assertPresent(credential);
    const rotated = await this.sessions.rotate(userId, credential.id, { endsOthers: false });
    if (rotated === undefined) throw sessionNotFound();
    return rotated;
  }

  /**
   * Makes a change after which only the caller stays signed in, under a new token: all of it or nothing.
   * @throws AppError `auth.session_not_found` when the session has ended meanwhile: the change is made, and all end;
   *   `auth.token_replaced`
   */
  async endOthers({ userId, credential }: Principal, change: JointChange): Promise<OpenedSession> {
    assertPresent(credential);
    const rotated = await this.sessions.rotate(userId, credential.id, { endsOthers: true, change });
    if (rotated) return rotated;
    // Who was quick enough to end this one must not keep another: why should the others end, if not for him.
    await this.sessions.revokeAll(userId, change);
    throw sessionNotFound();
  }
}

/** Who holds a copy of a replaced token must not get a new one for it: the session would be his. */
function assertPresent(credential: Credential): void {
  if (credential.kind === 'session' && credential.isReplaced === true) throw tokenReplaced();
}

function toView(session: Session, current: Credential): SessionView {
  return {
    id: session.id,
    current: session.id === current.id,
    ip: session.ip,
    userAgent: session.userAgent,
    createdAt: new Date(session.createdAtMs).toISOString(),
    lastActiveAt: new Date(session.lastActiveAtMs).toISOString(),
    expiresAt: new Date(session.expiresAtMs).toISOString(),
  };
}
