import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Requires } from '../../http/index.js';
import type { Page } from '../../kernel/page.js';
import type { Principal } from '../../kernel/principal.js';
import {
  configChangePageSchema,
  listChangesSchema,
  systemSettingsSchema,
  type ConfigChange,
  type ListChanges,
  type SystemSettings,
} from './system-config.dto.js';
import { SystemConfigService } from './system-config.service.js';

@ApiTags('system-config')
@Requires('config.manage')
@Controller('api/admin/config')
export class SystemConfigController {
  constructor(private readonly config: SystemConfigService) {}

  @Get('system')
  @ApiOperation({ summary: 'The system settings' })
  @ApiOkResponse({ standardSchema: systemSettingsSchema })
  system(): Promise<SystemSettings> {
    return this.config.system();
  }

  @Put('system')
  @ApiOperation({
    summary: 'Replace the system settings: what is left out takes its default',
  })
  @ApiOkResponse({ standardSchema: systemSettingsSchema })
  replaceSystem(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: systemSettingsSchema }) settings: SystemSettings,
  ): Promise<SystemSettings> {
    return this.config.replaceSystem(userId, settings);
  }

  @Get('changes')
  @ApiOperation({ summary: 'Who changed which settings, newest first' })
  @ApiOkResponse({ standardSchema: configChangePageSchema })
  changes(@Query({ schema: listChangesSchema }) query: ListChanges): Promise<Page<ConfigChange>> {
    return this.config.listChanges(query);
  }
}
