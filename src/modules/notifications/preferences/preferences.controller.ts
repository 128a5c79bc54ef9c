import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import { preferencesSchema, type Preferences } from './preferences.dto.js';
import { PreferencesService } from './preferences.service.js';

@ApiTags('notifications')
@SignedIn()
@Controller('api/notifications/preferences')
export class PreferencesController {
  constructor(private readonly preferences: PreferencesService) {}

  @Get()
  @ApiOperation({
    summary: 'What you are told, and where; by default everything, everywhere but by text message',
  })
  @ApiOkResponse({ standardSchema: preferencesSchema })
  get(@CurrentPrincipal() { userId }: Principal): Promise<Preferences> {
    return this.preferences.get(userId);
  }

  @Put()
  @ApiOperation({ summary: 'Replace it: what is left out takes its default' })
  @ApiOkResponse({ standardSchema: preferencesSchema })
  replace(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: preferencesSchema }) preferences: Preferences,
  ): Promise<Preferences> {
    return this.preferences.replace(userId, preferences);
  }
}
