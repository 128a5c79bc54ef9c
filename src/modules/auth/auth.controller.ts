import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal, Public, RateLimit, SignedIn } from '../../http/index.js';
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
import { KnownDevices } from './login-guard/known-devices.js';
import { SessionCookies } from './session-cookies.js';

@ApiTags('auth')
@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly cookies: SessionCookies,
    private readonly devices: KnownDevices,
  ) {}

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
    const device = this.#deviceOf(request);
    return this.#answer(await this.auth.register(body, device), device, reply);
  }

  @Public()
  @RateLimit('auth.login')
  @Post('login')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign in',
    description:
      'A session that the request carries already does not stay beside the new one: of the same user it gets the new token, of another it ends.',
  })
  @ApiOkResponse({ standardSchema: signedInSchema })
  @ApiUnauthorizedResponse({
    description: 'auth.bad_credentials, auth.second_factor_required, auth.bad_second_factor',
  })
  @ApiTooManyRequestsResponse({
    description: 'rate_limit.exceeded, auth.too_many_attempts, auth.too_many_codes',
  })
  async login(
    @Body({ schema: loginSchema }) body: Login,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInAnswer> {
    const device = this.#deviceOf(request);
    const signIn = await this.auth.login(body, device, this.cookies.tokenOf(request));
    return this.#answer(signIn, device, reply);
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
    this.cookies.clear(reply);
  }

  #answer({ user, token, session }: SignIn, device: Device, reply: FastifyReply): SignedInAnswer {
    const answer = { user, ...this.cookies.hand({ token, session }, reply) };
    this.devices.remember(user.id, device.known, reply);
    return answer;
  }

  #deviceOf(request: FastifyRequest): Device {
    return {
      ...this.devices.originOf(request),
      userAgent: request.headers['user-agent'] ?? '',
    };
  }
}
