import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { AppError } from '../../kernel/app-error.js';
import { UsersService } from '../users/index.js';
import { RegistrationService } from './registration.service.js';

export interface AdminLogin {
  readonly email: string;
  /** undefined: it is the one from `ADMIN_PASSWORD`, which need not be shown. */
  readonly generatedPassword: string | undefined;
}

/** Makes the account that the system is administered with, on the very first start. */
@Injectable()
export class FirstAdmin {
  readonly #logger = new Logger(FirstAdmin.name);

  constructor(
    private readonly users: UsersService,
    private readonly registration: RegistrationService,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** @returns the login that was made; undefined when there is an admin already, or none may be made. */
  async ensure(): Promise<AdminLogin | undefined> {
    if (await this.users.hasAnyAdmin()) return undefined;
    const { email, password } = this.config.admin;
    if (password === undefined && this.config.production) {
      // A password in the log would be readable by everyone who reads logs.
      this.#logger.warn('no admin account: set ADMIN_PASSWORD for one start to make it');
      return undefined;
    }
    const generatedPassword =
      password === undefined ? randomBytes(15).toString('base64url') : undefined;
    try {
      await this.registration.createUser(
        { email, password: password ?? generatedPassword ?? '', displayName: 'Administrator' },
        ['trader', 'admin'],
      );
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'users.email_taken') throw error;
      // Another instance that starts at the same moment was faster; or somebody has registered with this address.
      if (await this.users.hasAnyAdmin()) return undefined;
      throw new AppError(
        'conflict',
        'auth.admin_email_taken',
        `there is no admin, and ADMIN_EMAIL ${email} belongs to a trader: set another`,
      );
    }
    return { email, generatedPassword };
  }
}
