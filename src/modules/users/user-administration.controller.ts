import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Requires } from '../../http/index.js';
import type { Page } from '../../kernel/page.js';
import { UserAdministrationService } from './user-administration.service.js';
import {
  listUsersSchema,
  managedUserSchema,
  updateUserSchema,
  userPageSchema,
  type ListUsers,
  type ManagedUser,
  type UpdateUser,
} from './users.dto.js';

@ApiTags('admin')
@Requires('users.manage')
@Controller('api/admin/users')
export class UserAdministrationController {
  constructor(private readonly administration: UserAdministrationService) {}

  @Get()
  @ApiOperation({ summary: 'Users, newest first; `q` searches address and name' })
  @ApiOkResponse({ standardSchema: userPageSchema })
  list(@Query({ schema: listUsersSchema }) query: ListUsers): Promise<Page<ManagedUser>> {
    return this.administration.list(query);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change the roles of a user, or disable and enable the account' })
  @ApiOkResponse({ standardSchema: managedUserSchema })
  @ApiNotFoundResponse({ description: 'users.not_found' })
  @ApiConflictResponse({ description: 'users.last_admin' })
  update(
    @Param('id') id: string,
    @Body({ schema: updateUserSchema }) change: UpdateUser,
  ): Promise<ManagedUser> {
    return this.administration.update(id, change);
  }
}
