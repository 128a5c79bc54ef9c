import { Injectable } from '@nestjs/common';
import { Authenticator, type Principal } from '../../kernel/principal.js';
import { SessionStore } from '../../redis/index.js';
import { UsersService } from '../users/index.js';

/** Session store for "is it alive", users for "what may it do": roles are never frozen into a session. */
@Injectable()
export class SessionAuthenticator extends Authenticator {
  constructor(
    private readonly sessions: SessionStore,
    private readonly users: UsersService,
  ) {
    super();
  }

  override async authenticate(token: string): Promise<Principal | undefined> {
    const session = await this.sessions.validate(token);
    if (!session) return undefined;
    const roles = await this.users.getRoles(session.userId);
    // Disabled, and the sessions are not all ended yet.
    if (roles.length === 0) return undefined;
    return { userId: session.userId, sessionId: session.id, roles };
  }
}
