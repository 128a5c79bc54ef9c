import { Body, HttpCode, Post } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal } from '../../../http/index.js';
import { AppError } from '../../../kernel/app-error.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  RemoveSettings,
  ReplaceSettings,
  SettingsController,
  ShowSettings,
} from '../settings-routes.js';
import { SystemConfigService } from '../system-config.service.js';
import {
  replaceSmsSettingsSchema,
  sendTestSmsSchema,
  smsConfigSchema,
  testSmsSchema,
  type ReplaceSmsSettings,
  type SendTestSms,
  type SmsConfig,
  type TestSms,
} from './sms-config.dto.js';
import { SmsConfigService } from './sms-config.service.js';
import { SmsSender } from './sms-sender.js';

@SettingsController('sms')
export class SmsConfigController {
  constructor(
    private readonly sms: SmsConfigService,
    private readonly sender: SmsSender,
    private readonly config: SystemConfigService,
  ) {}

  @ShowSettings(smsConfigSchema, {
    summary: 'The account that text messages are sent by, without its token',
  })
  get(): Promise<SmsConfig> {
    return this.sms.get();
  }

  @ReplaceSettings(smsConfigSchema, {
    summary: 'Replace it; a token that is left out stays as it is',
  })
  @ApiUnprocessableEntityResponse({ description: 'system_config.auth_token_required' })
  replace(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: replaceSmsSettingsSchema }) settings: ReplaceSmsSettings,
  ): Promise<SmsConfig> {
    return this.sms.replace(userId, settings);
  }

  @RemoveSettings({ summary: 'Remove it: no text message is sent any more' })
  remove(@CurrentPrincipal() { userId }: Principal): Promise<void> {
    return this.sms.remove(userId);
  }

  @Post('test')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send a test message with the stored settings, now' })
  @ApiOkResponse({ standardSchema: testSmsSchema })
  @ApiUnprocessableEntityResponse({
    description:
      'system_config.sms_not_configured, …_login_refused, …_message_refused, …_token_unreadable',
  })
  @ApiServiceUnavailableResponse({
    description: 'system_config.sms_busy, …_failed, …_unreachable, …_uncertain',
  })
  async test(@Body({ schema: sendTestSmsSchema }) { to }: SendTestSms): Promise<TestSms> {
    const { siteName } = await this.config.system();
    const outcome = await this.sender.send({ to, text: `${siteName}: text messages work.` });
    if (outcome.kind === 'sent') return { sentAt: outcome.sentAt.toISOString() };
    const { kind, code, reason } = outcome.failure;
    throw new AppError(kind, code, reason);
  }
}
