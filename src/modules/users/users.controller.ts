import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, SignedIn } from '../../http/index.js';
import type { Principal } from '../../kernel/principal.js';
import { UserSettingsService } from './user-settings.service.js';
import {
  permissionsSchema,
  profileSchema,
  settingsSchema,
  updateProfileSchema,
  updateSettingsSchema,
  type Permissions,
  type Profile,
  type Settings,
  type UpdateProfile,
  type UpdateSettings,
} from './users.dto.js';
import { UsersService } from './users.service.js';

@ApiTags('users')
@SignedIn()
@Controller('api/users/me')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly preferences: UserSettingsService,
  ) {}

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

  @Get('settings')
  @ApiOperation({ summary: 'Your settings, defaults included' })
  @ApiOkResponse({ standardSchema: settingsSchema })
  settings(@CurrentPrincipal() { userId }: Principal): Promise<Settings> {
    return this.preferences.get(userId);
  }

  @Patch('settings')
  @ApiOperation({ summary: 'Change some of your settings' })
  @ApiOkResponse({ standardSchema: settingsSchema })
  updateSettings(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: updateSettingsSchema }) change: UpdateSettings,
  ): Promise<Settings> {
    return this.preferences.update(userId, change);
  }

  @Get('permissions')
  @ApiOperation({ summary: 'Your roles, and what they allow' })
  @ApiOkResponse({ standardSchema: permissionsSchema })
  permissions(@CurrentPrincipal() { userId }: Principal): Promise<Permissions> {
    return this.users.getPermissions(userId);
  }
}
