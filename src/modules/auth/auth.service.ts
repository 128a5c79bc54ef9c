import { Injectable } from '@nestjs/common';
import type { Principal } from '../../kernel/principal.js';
import { LiveConnections } from '../../realtime/index.js';
import { SessionStore, type Session } from '../../redis/index.js';
import { UsersService, type Profile } from '../users/index.js';
import type { Login, Register } from './auth.dto.js';
import { accountDisabled, badCredentials, registeredNotSignedIn } from './auth.errors.js';
import { CredentialsRepository } from './credentials.repository.js';
import { PasswordHasher } from './password-hasher.js';
import { RegistrationService } from './registration.service.js';

/** Where a sign-in comes from, shown to the user in the list of sessions. */
export interface Device {
  readonly ip: string;
  readonly userAgent: string;
}

export interface SignIn {
  readonly user: Profile;
  readonly token: string;
  readonly session: Session;
}

@Injectable()
export class AuthService {
  constructor(
    private readonly registration: RegistrationService,
    private readonly users: UsersService,
    private readonly credentials: CredentialsRepository,
    private readonly passwords: PasswordHasher,
    private readonly sessions: SessionStore,
    private readonly live: LiveConnections,
  ) {}

  /** @throws AppError `users.email_taken`; `auth.registered_not_signed_in` when only the session could not be opened. */
  async register(input: Register, device: Device): Promise<SignIn> {
    const user = await this.registration.createUser(input, ['trader']);
    try {
      return await this.#openSession(user, device);
    } catch (cause) {
      throw registeredNotSignedIn(cause);
    }
  }

  /** @throws AppError `auth.bad_credentials`; `auth.account_disabled` */
  async login({ email, password }: Login, device: Device): Promise<SignIn> {
    const userId = await this.users.findIdByEmail(email);
    const hash = userId === undefined ? undefined : await this.credentials.findPasswordHash(userId);
    const valid = await this.passwords.verify(hash, password);
    if (userId === undefined || !valid) throw badCredentials();
    if ((await this.users.getRoles(userId)).length === 0) throw accountDisabled();
    const signIn = await this.#openSession(await this.users.getProfile(userId), device);
    // Opened first, asked second: a password change in between ends it here or in its own way.
    if ((await this.credentials.findPasswordHash(userId)) === hash) return signIn;
    await this.sessions.revoke(userId, signIn.session.id);
    throw badCredentials();
  }

  /** Ends the session and closes its sockets. */
  async logout({ userId, sessionId }: Principal): Promise<void> {
    await this.sessions.revoke(userId, sessionId);
    await this.live.closeSession(sessionId);
  }

  async #openSession(user: Profile, { ip, userAgent }: Device): Promise<SignIn> {
    const { token, session } = await this.sessions.create({ userId: user.id, ip, userAgent });
    return { user, token, session };
  }
}
