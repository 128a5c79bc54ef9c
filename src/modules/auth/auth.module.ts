import { Global, Module } from '@nestjs/common';
import { Authenticator } from '../../kernel/principal.js';
import { UsersModule } from '../users/index.js';
import { ApiKeysRepository } from './api-keys/api-keys.repository.js';
import { ApiKeysService } from './api-keys/api-keys.service.js';
import { AuthService } from './auth.service.js';
import { CredentialsRepository } from './credentials.repository.js';
import { FirstAdmin } from './first-admin.js';
import { KnownDevices } from './login-guard/known-devices.js';
import { LoginGuard } from './login-guard/login-guard.js';
import { PasswordChangeService } from './password-change.service.js';
import { PasswordCheck } from './password-check.js';
import { PasswordHasher } from './password-hasher.js';
import { RegistrationService } from './registration.service.js';
import { SecondFactorRepository } from './second-factor/second-factor.repository.js';
import { SecondFactorService } from './second-factor/second-factor.service.js';
import { SessionCookies } from './session-cookies.js';
import { SessionSweep } from './session-sweep.js';
import { SignInPlaces } from './sign-in-places/sign-in-places.js';
import { SignInPlacesRepository } from './sign-in-places/sign-in-places.repository.js';
import { SignInCheck } from './sign-in-check.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { UserSessions } from './user-sessions.js';

/** Global for the one thing that every edge needs: the {@link Authenticator}. */
@Global()
@Module({
  imports: [UsersModule],
  providers: [
    AuthService,
    CredentialsRepository,
    PasswordHasher,
    PasswordCheck,
    SignInCheck,
    SignInPlacesRepository,
    SignInPlaces,
    SecondFactorRepository,
    ApiKeysRepository,
    ApiKeysService,
    SecondFactorService,
    FirstAdmin,
    RegistrationService,
    PasswordChangeService,
    UserSessions,
    SessionCookies,
    KnownDevices,
    LoginGuard,
    SessionSweep,
    { provide: Authenticator, useClass: TokenAuthenticator },
  ],
  exports: [
    Authenticator,
    AuthService,
    RegistrationService,
    PasswordChangeService,
    PasswordCheck,
    SecondFactorService,
    ApiKeysService,
    UserSessions,
    SessionCookies,
    KnownDevices,
    FirstAdmin,
  ],
})
export class AuthModule {}
