import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, SignedIn } from '../../http/index.js';
import type { Principal } from '../../kernel/principal.js';
import {
  profileSchema,
  updateProfileSchema,
  type Profile,
  type UpdateProfile,
} from './users.dto.js';
import { UsersService } from './users.service.js';

@ApiTags('users')
@SignedIn()
@Controller('api/users/me')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get()
  @ApiOperation({ summary: 'Your profile' })
  @ApiOkResponse({ standardSchema: profileSchema })
  profile(@CurrentPrincipal() { userId }: Principal): Promise<Profile> {
    return this.users.getProfile(userId);
  }

  @Patch()
  @ApiOperation({ summary: 'Change your profile' })
  @ApiOkResponse({ standardSchema: profileSchema })
  update(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: updateProfileSchema }) change: UpdateProfile,
  ): Promise<Profile> {
    return this.users.updateProfile(userId, change);
  }
}
