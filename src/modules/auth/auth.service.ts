import { Injectable } from '@nestjs/common';
import type { Principal } from '../../kernel/principal.js';
import { SessionStore, type OpenedSession } from '../../redis/index.js';
import { UsersService, type Profile } from '../users/index.js';
import type { Login, Register } from './auth.dto.js';
import { badCredentials, registeredNotSignedIn } from './auth.errors.js';
import type { Origin } from './login-guard/known-devices.js';
import { RegistrationService } from './registration.service.js';
import { SignInPlaces } from './sign-in-places/sign-in-places.js';
import { SignInCheck } from './sign-in-check.js';

/** Where a sign-in comes from, shown to the user in the list of sessions. */
export interface Device extends Origin {
  readonly userAgent: string;
}

export interface SignIn extends OpenedSession {
  readonly user: Profile;
}

@Injectable()
export class AuthService {
  constructor(
    private readonly registration: RegistrationService,
    private readonly users: UsersService,
    private readonly check: SignInCheck,
    private readonly sessions: SessionStore,
    private readonly places: SignInPlaces,
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

  /**
   * @param presented the token of the session that the client has already, if any: it does not stay beside the new one
   * @throws AppError as {@link SignInCheck.identify}
   */
  async login(login: Login, device: Device, presented: string | undefined): Promise<SignIn> {
    const { userId, stillHolds } = await this.check.identify(login, device);
    const signIn = await this.#openSession(await this.users.getProfile(userId), device, presented);
    // Opened first, asked second: what changed in between (password, second factor, disabled) ends it here or in its own way.
    if (await stillHolds()) return signIn;
    await this.sessions.revoke(userId, signIn.session.id);
    throw badCredentials();
  }

  /** Ends the session, and with it its sockets. */
  async logout({ userId, credential }: Principal): Promise<void> {
    await this.sessions.revoke(userId, credential.id);
  }

  async #openSession(
    user: Profile,
    { ip, userAgent, known }: Device,
    presented?: string,
  ): Promise<SignIn> {
    const input = { userId: user.id, ip, userAgent };
    const opened = await this.sessions.create(input, presented, this.places.noteBy(known));
    return { user, ...opened };
  }
}
