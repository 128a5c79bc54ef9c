import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal, RateLimit, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import { sessionTokenSchema, type SessionToken } from '../auth.dto.js';
import { KnownDevices } from '../login-guard/known-devices.js';
import { PasswordCheck } from '../password-check.js';
import { SessionCookies } from '../session-cookies.js';
import { confirmedSchema, type Confirmed } from './confirmed.dto.js';
import {
  begunSchema,
  codeShownSchema,
  passwordAndCodeSchema,
  passwordSchema,
  recoveryCodesSchema,
  secondFactorSchema,
  type Begun,
  type CodeShown,
  type PasswordAndCode,
  type PasswordShown,
  type RecoveryCodes,
  type SecondFactorView,
} from './second-factor.dto.js';
import { SecondFactorService } from './second-factor.service.js';

@ApiTags('auth')
@SignedIn()
@ApiTooManyRequestsResponse({
  description: 'rate_limit.exceeded, auth.too_many_attempts, auth.too_many_codes',
})
@Controller('api/auth/second-factor')
export class SecondFactorController {
  constructor(
    private readonly secondFactor: SecondFactorService,
    private readonly passwords: PasswordCheck,
    private readonly cookies: SessionCookies,
    private readonly devices: KnownDevices,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Whether your sign-ins need a code, and how many recovery codes are left',
  })
  @ApiOkResponse({ standardSchema: secondFactorSchema })
  view(@CurrentPrincipal() { userId }: Principal): Promise<SecondFactorView> {
    return this.secondFactor.view(userId);
  }

  @Post()
  @RateLimit('auth.password')
  @ApiOperation({
    summary: 'A secret for your authenticator app',
    description: 'Nothing changes until a code of it was confirmed.',
  })
  @ApiCreatedResponse({ standardSchema: begunSchema })
  @ApiForbiddenResponse({ description: 'auth.wrong_password' })
  @ApiConflictResponse({ description: 'auth.second_factor_enabled' })
  async begin(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: passwordSchema }) { currentPassword }: PasswordShown,
    @Req() request: FastifyRequest,
  ): Promise<Begun> {
    await this.passwords.assert(userId, currentPassword, this.devices.originOf(request));
    return this.secondFactor.begin(userId);
  }

  @Post('confirm')
  @RateLimit('auth.password')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign-ins need a code from now on; you get recovery codes',
    description: 'Your other sessions end, this one gets a new token.',
  })
  @ApiOkResponse({ standardSchema: confirmedSchema })
  @ApiForbiddenResponse({ description: 'auth.wrong_code' })
  @ApiConflictResponse({
    description: 'auth.second_factor_not_begun, auth.second_factor_enabled',
  })
  async confirm(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: codeShownSchema }) { code }: CodeShown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Confirmed> {
    const { recoveryCodes, opened } = await this.secondFactor.confirm(principal, code);
    return { recoveryCodes: [...recoveryCodes], ...this.cookies.hand(opened, reply) };
  }

  @Post('recovery-codes')
  @RateLimit('auth.password')
  @HttpCode(200)
  @ApiOperation({ summary: 'New recovery codes; the old ones are worth nothing any more' })
  @ApiOkResponse({ standardSchema: recoveryCodesSchema })
  @ApiForbiddenResponse({ description: 'auth.wrong_code' })
  @ApiConflictResponse({ description: 'auth.second_factor_not_enabled' })
  async renew(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: codeShownSchema }) { code }: CodeShown,
  ): Promise<RecoveryCodes> {
    return { recoveryCodes: [...(await this.secondFactor.renewRecoveryCodes(userId, code))] };
  }

  @Post('disable')
  @RateLimit('auth.password')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign-ins need no code any more',
    description: 'Your other sessions end, this one gets a new token.',
  })
  @ApiOkResponse({ standardSchema: sessionTokenSchema })
  @ApiForbiddenResponse({ description: 'auth.wrong_password, auth.wrong_code' })
  @ApiConflictResponse({ description: 'auth.second_factor_not_enabled' })
  async disable(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: passwordAndCodeSchema }) { currentPassword, code }: PasswordAndCode,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionToken> {
    const origin = this.devices.originOf(request);
    await this.passwords.assert(principal.userId, currentPassword, origin);
    return this.cookies.hand(await this.secondFactor.disable(principal, code), reply);
  }
}
