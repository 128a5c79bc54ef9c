import { Body, Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import {
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, Requires } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  pushConfigSchema,
  replacePushSettingsSchema,
  type PushConfig,
  type ReplacePushSettings,
} from './push-config.dto.js';
import { PushConfigService } from './push-config.service.js';

@ApiTags('system-config')
@Requires('config.manage')
@Controller('api/admin/config/push')
export class PushConfigController {
  constructor(private readonly push: PushConfigService) {}

  @Get()
  @ApiOperation({ summary: 'The settings of web push, without the private key' })
  @ApiOkResponse({ standardSchema: pushConfigSchema })
  get(): Promise<PushConfig> {
    return this.push.get();
  }

  @Put()
  @ApiOperation({
    summary: 'Replace them; without keys the stored pair stays, or one is made',
    description: 'With another pair every browser has to subscribe anew.',
  })
  @ApiOkResponse({ standardSchema: pushConfigSchema })
  @ApiUnprocessableEntityResponse({ description: 'system_config.private_key_required' })
  replace(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: replacePushSettingsSchema }) settings: ReplacePushSettings,
  ): Promise<PushConfig> {
    return this.push.replace(userId, settings);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove them: nothing is pushed any more' })
  @ApiNoContentResponse()
  remove(@CurrentPrincipal() { userId }: Principal): Promise<void> {
    return this.push.remove(userId);
  }
}
