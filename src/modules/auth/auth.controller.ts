import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../config/config.js';
import {
  clearSessionCookie,
  CurrentPrincipal,
  Public,
  RateLimit,
  setSessionCookie,
  SignedIn,
} from '../../http/index.js';
import type { Principal } from '../../kernel/principal.js';
import {
  loginSchema,
  registerSchema,
  signedInSchema,
  type Login,
  type Register,
  type SignedInAnswer,
} from './auth.dto.js';
import { AuthService, type Device, type SignIn } from './auth.service.js';

@ApiTags('auth')
@Controller('api/auth')
export class AuthController {
  readonly #cookieSecure: boolean;

  constructor(
    private readonly auth: AuthService,
    @Inject(Config) config: Config,
  ) {
    this.#cookieSecure = config.session.cookieSecure;
  }

  @Public()
  @RateLimit('auth.register')
  @Post('register')
  @ApiOperation({ summary: 'Open an account and sign in' })
  @ApiCreatedResponse({ standardSchema: signedInSchema })
  @ApiConflictResponse({ description: 'users.email_taken' })
  async register(
    @Body({ schema: registerSchema }) body: Register,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInAnswer> {
    return this.#answer(await this.auth.register(body, deviceOf(request)), reply);
  }

  @Public()
  @RateLimit('auth.login')
  @Post('login')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign in' })
  @ApiOkResponse({ standardSchema: signedInSchema })
  @ApiUnauthorizedResponse({ description: 'auth.bad_credentials' })
  async login(
    @Body({ schema: loginSchema }) body: Login,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInAnswer> {
    return this.#answer(await this.auth.login(body, deviceOf(request)), reply);
  }

  @SignedIn()
  @Post('logout')
  @HttpCode(204)
  @ApiOperation({ summary: 'End this session' })
  @ApiNoContentResponse()
  async logout(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.auth.logout(principal);
    clearSessionCookie(reply, this.#cookieSecure);
  }

  #answer({ user, token, session }: SignIn, reply: FastifyReply): SignedInAnswer {
    setSessionCookie(reply, token, this.#cookieSecure, session.expiresAtMs);
    return { user, token, expiresAt: new Date(session.expiresAtMs).toISOString() };
  }
}

function deviceOf(request: FastifyRequest): Device {
  return { ip: request.ip, userAgent: request.headers['user-agent'] ?? '' };
}
