import { Module } from '@nestjs/common';
import { AdminLoginController } from './admin-login.controller.js';
import { AuthController } from './auth.controller.js';
import { AuthModule } from './auth.module.js';
import { SessionsController } from './sessions.controller.js';

@Module({
  imports: [AuthModule],
  controllers: [AuthController, SessionsController, AdminLoginController],
})
export class AuthHttpModule {}
