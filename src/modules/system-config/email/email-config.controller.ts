import { Body, HttpCode, Post } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  RemoveSettings,
  ReplaceSettings,
  SettingsController,
  ShowSettings,
} from '../settings-routes.js';
import {
  emailConfigSchema,
  replaceEmailSettingsSchema,
  sendTestEmailSchema,
  testEmailSchema,
  type EmailConfig,
  type ReplaceEmailSettings,
  type SendTestEmail,
  type TestEmail,
} from './email-config.dto.js';
import { EmailConfigService } from './email-config.service.js';
import { TestEmailService } from './test-email.service.js';

@SettingsController('email')
export class EmailConfigController {
  constructor(
    private readonly email: EmailConfigService,
    private readonly tests: TestEmailService,
  ) {}

  @ShowSettings(emailConfigSchema, { summary: 'The mail settings, without the password' })
  get(): Promise<EmailConfig> {
    return this.email.get();
  }

  @ReplaceSettings(emailConfigSchema, {
    summary: 'Replace the mail settings; a password that is left out stays as it is',
  })
  replace(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: replaceEmailSettingsSchema }) settings: ReplaceEmailSettings,
  ): Promise<EmailConfig> {
    return this.email.replace(userId, settings);
  }

  @RemoveSettings({ summary: 'Remove the mail settings: no mail is sent any more' })
  remove(@CurrentPrincipal() { userId }: Principal): Promise<void> {
    return this.email.remove(userId);
  }

  @Post('test')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send a test mail with the stored settings, now' })
  @ApiOkResponse({ standardSchema: testEmailSchema })
  @ApiUnprocessableEntityResponse({
    description:
      'system_config.email_not_configured, …_login_refused, …_tls_failed, …_sender_refused, …_recipient_refused, …_message_refused, …_password_unreadable',
  })
  @ApiServiceUnavailableResponse({
    description: 'system_config.email_unreachable, …_timeout, …_deferred, …_protocol, …_failed',
  })
  test(@Body({ schema: sendTestEmailSchema }) { to }: SendTestEmail): Promise<TestEmail> {
    return this.tests.send(to);
  }
}
