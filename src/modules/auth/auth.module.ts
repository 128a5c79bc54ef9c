import { Global, Module } from '@nestjs/common';
import { Authenticator } from '../../kernel/principal.js';
import { UsersModule } from '../users/index.js';
import { AuthService } from './auth.service.js';
import { CredentialsRepository } from './credentials.repository.js';
import { FirstAdmin } from './first-admin.js';
import { PasswordChangeService } from './password-change.service.js';
import { PasswordHasher } from './password-hasher.js';
import { RegistrationService } from './registration.service.js';
import { SessionAuthenticator } from './session-authenticator.js';
import { UserSessions } from './user-sessions.js';

/** Global for the one thing that every edge needs: the {@link Authenticator}. */
@Global()
@Module({
  imports: [UsersModule],
  providers: [
    AuthService,
    CredentialsRepository,
    PasswordHasher,
    FirstAdmin,
    RegistrationService,
    PasswordChangeService,
    UserSessions,
    { provide: Authenticator, useClass: SessionAuthenticator },
  ],
  exports: [
    Authenticator,
    AuthService,
    RegistrationService,
    PasswordChangeService,
    UserSessions,
    FirstAdmin,
  ],
})
export class AuthModule {}
