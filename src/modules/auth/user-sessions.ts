import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../database/index.js';
import type { Principal } from '../../kernel/principal.js';
import { LiveConnections } from '../../realtime/index.js';
import { SessionStore, type Session } from '../../redis/index.js';
import { UserAccessChanged } from '../users/users.events.js';
import type { SessionView } from './auth.dto.js';
import { sessionNotFound } from './auth.errors.js';

/** The sessions of a user, and their sockets, which end with them. */
@Injectable()
export class UserSessions {
  constructor(
    private readonly sessions: SessionStore,
    private readonly live: LiveConnections,
    events: DomainEvents,
  ) {
    events.on(UserAccessChanged, async ({ userId, disabled }) => {
      if (disabled) await this.endAll(userId);
      // A socket follows what its roles allowed when it asked: it has to ask again.
      else await this.#closeSockets(userId);
    });
  }

  /** Latest login first. */
  async list({ userId, sessionId }: Principal): Promise<SessionView[]> {
    const sessions = await this.sessions.listByUser(userId);
    return sessions.map((session) => toView(session, sessionId));
  }

  /** @throws AppError `auth.session_not_found` */
  async end(userId: string, sessionId: string): Promise<void> {
    const ended = await this.sessions.revoke(userId, sessionId);
    if (!ended) throw sessionNotFound();
    await this.live.closeSession(sessionId);
  }

  async endAll(userId: string): Promise<void> {
    const sessions = await this.sessions.listByUser(userId);
    await this.sessions.revokeAll(userId);
    for (const { id } of sessions) await this.live.closeSession(id);
  }

  async #closeSockets(userId: string): Promise<void> {
    for (const { id } of await this.sessions.listByUser(userId)) await this.live.closeSession(id);
  }

  async endAllBut(userId: string, sessionId: string): Promise<void> {
    const sessions = await this.sessions.listByUser(userId);
    for (const { id } of sessions) {
      if (id === sessionId) continue;
      await this.sessions.revoke(userId, id);
      await this.live.closeSession(id);
    }
  }
}

function toView(session: Session, currentId: string): SessionView {
  return {
    id: session.id,
    current: session.id === currentId,
    ip: session.ip,
    userAgent: session.userAgent,
    createdAt: new Date(session.createdAtMs).toISOString(),
    lastActiveAt: new Date(session.lastActiveAtMs).toISOString(),
    expiresAt: new Date(session.expiresAtMs).toISOString(),
  };
}
