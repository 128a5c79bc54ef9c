import { Injectable } from '@nestjs/common';
import { clientNetwork } from '../../http/index.js';
import { normaliseEmail, UsersService } from '../users/index.js';
import type { Login } from './auth.dto.js';
import { accountDisabled, badCredentials } from './auth.errors.js';
import { CredentialsRepository } from './credentials.repository.js';
import type { Origin } from './login-guard/known-devices.js';
import { LoginGuard } from './login-guard/login-guard.js';
import { PasswordHasher } from './password-hasher.js';
import { SecondFactorService } from './second-factor/second-factor.service.js';

const NOBODY = '00000000-0000-0000-0000-000000000000';

export interface Identified {
  readonly userId: string;
  /** Whether what was checked is still all that is asked for. */
  readonly stillHolds: () => Promise<boolean>;
}

/** Who signs in: by the password, and a second factor where there is one. */
@Injectable()
export class SignInCheck {
  constructor(
    private readonly users: UsersService,
    private readonly credentials: CredentialsRepository,
    private readonly passwords: PasswordHasher,
    private readonly secondFactor: SecondFactorService,
    private readonly guard: LoginGuard,
  ) {}

  /**
   * @throws AppError `auth.bad_credentials`; `auth.account_disabled`; `auth.too_many_attempts`;
   *   `auth.second_factor_required`; `auth.bad_second_factor`; `auth.too_many_codes`
   */
  async identify({ email, password, code }: Login, { ip, known }: Origin): Promise<Identified> {
    const userId = await this.users.findIdByEmail(email);
    const attempt = { account: normaliseEmail(email), network: clientNetwork(ip) };
    await this.guard.admit({ ...attempt, userId, device: known });
    // Asked for nobody as well: an answer that comes sooner would tell that there is no such account.
    const hash = await this.credentials.findPasswordHash(userId ?? NOBODY);
    const valid = await this.passwords.verify(hash, password);
    if (userId === undefined || !valid) throw badCredentials();
    if ((await this.users.getRoles(userId)).length === 0) throw accountDisabled();
    const tookCode = await this.secondFactor.check(userId, code);
    return {
      userId,
      stillHolds: async () =>
        (await this.credentials.findPasswordHash(userId)) === hash &&
        (await this.users.getRoles(userId)).length > 0 &&
        (tookCode || !(await this.secondFactor.view(userId)).enabled),
    };
  }
}
