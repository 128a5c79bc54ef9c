import { Body } from '@nestjs/common';
import { ApiUnprocessableEntityResponse } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  RemoveSettings,
  ReplaceSettings,
  SettingsController,
  ShowSettings,
} from '../settings-routes.js';
import {
  pushConfigSchema,
  replacePushSettingsSchema,
  type PushConfig,
  type ReplacePushSettings,
} from './push-config.dto.js';
import { PushConfigService } from './push-config.service.js';

@SettingsController('push')
export class PushConfigController {
  constructor(private readonly push: PushConfigService) {}

  @ShowSettings(pushConfigSchema, { summary: 'The settings of web push, without the private key' })
  get(): Promise<PushConfig> {
    return this.push.get();
  }

  @ReplaceSettings(pushConfigSchema, {
    summary: 'Replace them; without keys the stored pair stays, or one is made',
    description: 'With another pair every browser has to subscribe anew.',
  })
  @ApiUnprocessableEntityResponse({ description: 'system_config.private_key_required' })
  replace(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: replacePushSettingsSchema }) settings: ReplacePushSettings,
  ): Promise<PushConfig> {
    return this.push.replace(userId, settings);
  }

  @RemoveSettings({ summary: 'Remove them: nothing is pushed any more' })
  remove(@CurrentPrincipal() { userId }: Principal): Promise<void> {
    return this.push.remove(userId);
  }
}
