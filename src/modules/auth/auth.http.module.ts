import { Module } from '@nestjs/common';
import { AdminLoginController } from './admin-login.controller.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { AuthController } from './auth.controller.js';
import { AuthModule } from './auth.module.js';
import { SecondFactorAdministrationController } from './second-factor/second-factor-administration.controller.js';
import { SecondFactorController } from './second-factor/second-factor.controller.js';
import { SessionsController } from './sessions.controller.js';

@Module({
  imports: [AuthModule],
  controllers: [
    AuthController,
    SessionsController,
    SecondFactorController,
    SecondFactorAdministrationController,
    ApiKeysController,
    AdminLoginController,
  ],
})
export class AuthHttpModule {}
