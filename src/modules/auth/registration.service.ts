import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import { Clock } from '../../kernel/clock.js';
import type { UserRole } from '../../kernel/principal.js';
import { UsersService, type Profile } from '../users/index.js';
import type { Register } from './auth.dto.js';
import { CredentialsRepository } from './credentials.repository.js';
import { PasswordHasher } from './password-hasher.js';

/** Opens accounts: of traders who register, and of the first admin. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly credentials: CredentialsRepository,
    private readonly passwords: PasswordHasher,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** User and credentials in one transaction. @throws AppError `users.email_taken` */
  async createUser(
    { email, password, displayName }: Register,
    roles: UserRole[],
  ): Promise<Profile> {
    // Before the transaction: hashing takes tens of milliseconds that no connection should be held for.
    const passwordHash = await this.passwords.hash(password);
    return this.database.transaction(async (transaction) => {
      const user = await this.users.create(transaction, { email, displayName, roles });
      await this.credentials.insert(
        transaction.sql,
        user.id,
        passwordHash,
        new Date(this.clock.nowMs()),
      );
      return user;
    });
  }
}
