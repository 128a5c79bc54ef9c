import { Body, Controller, Delete, Get, HttpCode, Post, Put } from '@nestjs/common';
import {
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, Requires } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
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

@ApiTags('system-config')
@Requires('config.manage')
@Controller('api/admin/config/email')
export class EmailConfigController {
  constructor(
    private readonly email: EmailConfigService,
    private readonly tests: TestEmailService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The mail settings, without the password' })
  @ApiOkResponse({ standardSchema: emailConfigSchema })
  get(): Promise<EmailConfig> {
    return this.email.get();
  }

  @Put()
  @ApiOperation({
    summary: 'Replace the mail settings; a password that is left out stays as it is',
  })
  @ApiOkResponse({ standardSchema: emailConfigSchema })
  replace(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: replaceEmailSettingsSchema }) settings: ReplaceEmailSettings,
  ): Promise<EmailConfig> {
    return this.email.replace(userId, settings);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove the mail settings: no mail is sent any more' })
  @ApiNoContentResponse()
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
