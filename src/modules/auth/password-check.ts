import { Injectable } from '@nestjs/common';
import { clientNetwork } from '../../http/index.js';
import { normaliseEmail, UsersService } from '../users/index.js';
import { wrongPassword } from './auth.errors.js';
import { CredentialsRepository } from './credentials.repository.js';
import type { Origin } from './login-guard/known-devices.js';
import { LoginGuard } from './login-guard/login-guard.js';
import { PasswordHasher } from './password-hasher.js';

/**
 * Asks somebody who is signed in for the password again, before what only its owner may do. Guesses of who has taken a
 * session are guesses at the account as any others are.
 */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly credentials: CredentialsRepository,
    private readonly passwords: PasswordHasher,
    private readonly users: UsersService,
    private readonly guard: LoginGuard,
  ) {}

  /** @returns the hash that it matched. @throws AppError `auth.wrong_password`; `auth.too_many_attempts` */
  async assert(userId: string, password: string, { ip, known }: Origin): Promise<string> {
    const { email } = await this.users.getProfile(userId);
    const attempt = { account: normaliseEmail(email), network: clientNetwork(ip) };
    await this.guard.admit({ ...attempt, userId, device: known });
    const hash = await this.credentials.findPasswordHash(userId);
    const valid = await this.passwords.verify(hash, password);
    if (hash === undefined || !valid) throw wrongPassword();
    return hash;
  }
}
