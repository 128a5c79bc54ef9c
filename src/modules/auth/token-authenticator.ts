import { Injectable } from '@nestjs/common';
import { Authenticator, type Principal } from '../../kernel/principal.js';
import { SessionStore, type Session } from '../../redis/index.js';
import { UsersService } from '../users/index.js';
import { isApiKeyToken } from './api-keys/api-key-token.js';
import type { StoredApiKey } from './api-keys/api-keys.caches.js';
import { ApiKeysService } from './api-keys/api-keys.service.js';

/** Sessions and API keys for "is it alive", users for "what may it do": roles are never frozen into either. */
@Injectable()
export class TokenAuthenticator extends Authenticator {
  constructor(
    private readonly sessions: SessionStore,
    private readonly apiKeys: ApiKeysService,
    private readonly users: UsersService,
  ) {
    super();
  }

  override async authenticate(token: string): Promise<Principal | undefined> {
    return this.#principalOf(
      isApiKeyToken(token)
        ? ofKey(await this.apiKeys.find(token))
        : ofSession(await this.sessions.validate(token)),
    );
  }

  override async renew({ credential: { kind, id } }: Principal): Promise<Principal | undefined> {
    return this.#principalOf(
      kind === 'api-key'
        ? ofKey(await this.apiKeys.findById(id))
        : ofSession(await this.sessions.keepAlive(id)),
    );
  }

  async #principalOf(shown: Shown | undefined): Promise<Principal | undefined> {
    if (shown === undefined) return undefined;
    const roles = await this.users.getRoles(shown.userId);
    // Disabled, and not all that it opens has ended yet.
    return roles.length === 0 ? undefined : { ...shown, roles };
  }
}

/** What somebody was let in with. */
type Shown = Omit<Principal, 'roles'>;

function ofSession(session: Session | undefined): Shown | undefined {
  if (session === undefined) return undefined;
  const { userId, id, expiresAtMs, retiresAtMs } = session;
  if (retiresAtMs === undefined) {
    return { userId, credential: { kind: 'session', id, endsAtMs: expiresAtMs } };
  }
  const endsAtMs = Math.min(expiresAtMs, retiresAtMs);
  return { userId, credential: { kind: 'session', id, endsAtMs, isReplaced: true } };
}

function ofKey(key: StoredApiKey | undefined): Shown | undefined {
  return (
    key && {
      userId: key.userId,
      credential: {
        kind: 'api-key',
        id: key.id,
        endsAtMs: key.expiresAtMs ?? Infinity,
        scopes: key.scopes,
      },
    }
  );
}
