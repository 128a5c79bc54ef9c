import { Module } from '@nestjs/common';
import { UserAdministrationController } from './user-administration.controller.js';
import { UsersController } from './users.controller.js';
import { UsersModule } from './users.module.js';

@Module({ imports: [UsersModule], controllers: [UsersController, UserAdministrationController] })
export class UsersHttpModule {}
