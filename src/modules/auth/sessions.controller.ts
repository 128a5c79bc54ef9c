import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentPrincipal, pageOf, RateLimit, SignedIn } from '../../http/index.js';
import type { Page } from '../../kernel/page.js';
import type { Principal } from '../../kernel/principal.js';
import {
  changePasswordSchema,
  sessionSchema,
  type ChangePassword,
  type SessionView,
} from './auth.dto.js';
import { PasswordChangeService } from './password-change.service.js';
import { UserSessions } from './user-sessions.js';

/** What a signed-in user does about its own sign-ins. */
@ApiTags('auth')
@SignedIn()
@Controller('api/auth')
export class SessionsController {
  constructor(
    private readonly sessions: UserSessions,
    private readonly passwords: PasswordChangeService,
  ) {}

  @RateLimit('auth.password')
  @Post('password')
  @HttpCode(204)
  @ApiOperation({ summary: 'Change your password; your other sessions end' })
  @ApiNoContentResponse()
  @ApiForbiddenResponse({ description: 'auth.wrong_password' })
  changePassword(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: changePasswordSchema }) change: ChangePassword,
  ): Promise<void> {
    return this.passwords.change(principal, change);
  }

  @Get('sessions')
  @ApiOperation({ summary: 'Where you are signed in, latest login first' })
  @ApiOkResponse({
    standardSchema: pageOf(sessionSchema),
  })
  async list(@CurrentPrincipal() principal: Principal): Promise<Page<SessionView>> {
    return { items: await this.sessions.list(principal), nextCursor: null };
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
