import { Module } from '@nestjs/common';
import { UserAdministrationService } from './user-administration.service.js';
import { UserSettingsService } from './user-settings.service.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  providers: [UsersService, UserSettingsService, UserAdministrationService, UsersRepository],
  exports: [UsersService, UserSettingsService, UserAdministrationService],
})
export class UsersModule {}
