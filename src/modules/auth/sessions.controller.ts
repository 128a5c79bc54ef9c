import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal, pageOf, RateLimit, SignedIn } from '../../http/index.js';
import { onlyPage, type Page } from '../../kernel/page.js';
import type { Principal } from '../../kernel/principal.js';
import {
  changePasswordSchema,
  sessionSchema,
  sessionTokenSchema,
  type ChangePassword,
  type SessionToken,
  type SessionView,
} from './auth.dto.js';
import { KnownDevices } from './login-guard/known-devices.js';
import { PasswordChangeService } from './password-change.service.js';
import { SessionCookies } from './session-cookies.js';
import { UserSessions } from './user-sessions.js';

/** What a signed-in user does about its own sign-ins. */
@ApiTags('auth')
@SignedIn()
@Controller('api/auth')
export class SessionsController {
  constructor(
    private readonly sessions: UserSessions,
    private readonly passwords: PasswordChangeService,
    private readonly cookies: SessionCookies,
    private readonly devices: KnownDevices,
  ) {}

  @RateLimit('auth.password')
  @Post('password')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Change your password; your other sessions end, this one gets a new token',
    description: 'The old token stays valid for seconds, for requests that are under way.',
  })
  @ApiOkResponse({ standardSchema: sessionTokenSchema })
  @ApiForbiddenResponse({ description: 'auth.wrong_password' })
  @ApiTooManyRequestsResponse({ description: 'rate_limit.exceeded, auth.too_many_attempts' })
  async changePassword(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: changePasswordSchema }) change: ChangePassword,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionToken> {
    const origin = this.devices.originOf(request);
    return this.cookies.hand(await this.passwords.change(principal, change, origin), reply);
  }

  @Post('rotate')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give this session a new token',
    description:
      'The old token stays valid for seconds, for requests that are under way. Used later, it counts as stolen, and the session ends.',
  })
  @ApiOkResponse({ standardSchema: sessionTokenSchema })
  async rotate(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionToken> {
    const rotated = await this.sessions.rotate(principal);
    return this.cookies.hand(rotated, reply);
  }

  @Post('logout-all')
  @HttpCode(204)
  @ApiOperation({ summary: 'End all of your sessions, this one included, and their sockets' })
  @ApiNoContentResponse()
  async endAll(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.endAll(principal);
    this.cookies.clear(reply);
  }

  @Get('sessions')
  @ApiOperation({ summary: 'Where you are signed in, latest login first' })
  @ApiOkResponse({
    standardSchema: pageOf(sessionSchema),
  })
  async list(@CurrentPrincipal() principal: Principal): Promise<Page<SessionView>> {
    return onlyPage(await this.sessions.list(principal));
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'End one of your sessions, and its sockets' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'auth.session_not_found' })
  end(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<void> {
    return this.sessions.end(userId, id);
  }
}
