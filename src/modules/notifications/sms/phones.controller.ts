import { Body, Controller, Delete, Get, HttpCode, Post, Put } from '@nestjs/common';
import {
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, RateLimit, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  phoneSchema,
  setPhoneSchema,
  verifyPhoneSchema,
  type PhoneView,
  type SetPhone,
  type VerifyPhone,
} from './phones.dto.js';
import { PhonesService } from './phones.service.js';

@ApiTags('notifications')
@SignedIn()
@Controller('api/notifications/phone')
export class PhonesController {
  constructor(private readonly phones: PhonesService) {}

  @Get()
  @ApiOperation({ summary: 'The number that your text messages go to' })
  @ApiOkResponse({ standardSchema: phoneSchema })
  get(@CurrentPrincipal() { userId }: Principal): Promise<PhoneView> {
    return this.phones.get(userId);
  }

  @RateLimit('notifications.phone')
  @Put()
  @ApiOperation({
    summary: 'Name a number, and have a code sent there',
    description:
      'It gets nothing else before it is verified. The number before it gets nothing more.',
  })
  @ApiOkResponse({ standardSchema: phoneSchema })
  @ApiUnprocessableEntityResponse({
    description: 'system_config.sms_not_configured, …_message_refused, …_login_refused',
  })
  @ApiServiceUnavailableResponse({ description: 'system_config.sms_busy, …_unreachable, …_failed' })
  @ApiTooManyRequestsResponse({
    description: 'rate_limit.exceeded, notifications.too_many_codes',
  })
  set(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: setPhoneSchema }) { number }: SetPhone,
  ): Promise<PhoneView> {
    return this.phones.set(userId, number);
  }

  @Post('verify')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say the code: text messages go there from then on' })
  @ApiOkResponse({ standardSchema: phoneSchema })
  @ApiUnprocessableEntityResponse({ description: 'notifications.wrong_code' })
  verify(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: verifyPhoneSchema }) { code }: VerifyPhone,
  ): Promise<PhoneView> {
    return this.phones.verify(userId, code);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Have no text messages sent any more' })
  @ApiNoContentResponse()
  remove(@CurrentPrincipal() { userId }: Principal): Promise<void> {
    return this.phones.remove(userId);
  }
}
