import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Transaction } from '../../database/index.js';
import { Clock } from '../../kernel/clock.js';
import { newId } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import type { OpenedSession } from '../../redis/index.js';
import type { ChangePassword } from './auth.dto.js';
import { wrongPassword } from './auth.errors.js';
import { PasswordChanged } from './auth.events.js';
import { CredentialsRepository } from './credentials.repository.js';
import type { Origin } from './login-guard/known-devices.js';
import { PasswordCheck } from './password-check.js';
import { PasswordHasher } from './password-hasher.js';
import { UserSessions } from './user-sessions.js';

@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly credentials: CredentialsRepository,
    private readonly check: PasswordCheck,
    private readonly passwords: PasswordHasher,
    private readonly sessions: UserSessions,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Ends every other session of the user, and gives this one a new token: whoever else is signed in, or has
   * the token, may be why the password is changed.
   * @throws AppError `auth.wrong_password`; `auth.too_many_attempts`
   */
  async change(
    principal: Principal,
    { currentPassword, newPassword }: ChangePassword,
    origin: Origin,
  ): Promise<OpenedSession> {
    const { userId } = principal;
    const before = await this.check.assert(userId, currentPassword, origin);
    const after = await this.passwords.hash(newPassword);
    const changeId = newId();
    return this.sessions.endOthers(principal, {
      apply: async (transaction: Transaction) => {
        const { sql } = transaction;
        const now = new Date(this.clock.nowMs());
        const replaced = await this.credentials.replacePasswordHash(
          sql,
          userId,
          before,
          after,
          now,
        );
        // Changed by somebody else between the check and now: what was checked is no longer the password.
        if (!replaced) throw wrongPassword();
        const news = { userId, changeId, changedAt: now.toISOString(), ip: origin.ip };
        await this.outbox.publish(transaction, PasswordChanged, news);
      },
    });
  }
}
