import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import type { Principal } from '../../kernel/principal.js';
import type { ChangePassword } from './auth.dto.js';
import { wrongPassword } from './auth.errors.js';
import { CredentialsRepository } from './credentials.repository.js';
import { PasswordHasher } from './password-hasher.js';
import { UserSessions } from './user-sessions.js';

@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly credentials: CredentialsRepository,
    private readonly passwords: PasswordHasher,
    private readonly sessions: UserSessions,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Ends every other session of the user: whoever else is signed in may be why the password is changed.
   * @throws AppError `auth.wrong_password`
   */
  async change(
    { userId, sessionId }: Principal,
    { currentPassword, newPassword }: ChangePassword,
  ): Promise<void> {
    const before = await this.credentials.findPasswordHash(userId);
    const valid = await this.passwords.verify(before, currentPassword);
    if (before === undefined || !valid) throw wrongPassword();
    const after = await this.passwords.hash(newPassword);
    const now = new Date(this.clock.nowMs());
    const replaced = await this.credentials.replacePasswordHash(userId, before, after, now);
    // Changed by somebody else between the check and now: what was checked is no longer the password.
    if (!replaced) throw wrongPassword();
    await this.sessions.endAllBut(userId, sessionId);
  }
}
