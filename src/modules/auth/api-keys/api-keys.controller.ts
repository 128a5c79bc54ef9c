import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentPrincipal, pageOf, RateLimit, SignedIn } from '../../../http/index.js';
import { onlyPage, type Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import { KnownDevices } from '../login-guard/known-devices.js';
import { PasswordCheck } from '../password-check.js';
import {
  apiKeySchema,
  createApiKeySchema,
  createdApiKeySchema,
  type ApiKey,
  type CreateApiKey,
  type CreatedApiKey,
} from './api-keys.dto.js';
import { ApiKeysService } from './api-keys.service.js';

/** Only for who is signed in: a key makes no keys. */
@ApiTags('auth')
@SignedIn()
@Controller('api/auth/api-keys')
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeysService,
    private readonly passwords: PasswordCheck,
    private readonly devices: KnownDevices,
  ) {}

  @RateLimit('auth.password')
  @Post()
  @ApiOperation({ summary: 'A key for a program of yours' })
  @ApiCreatedResponse({ standardSchema: createdApiKeySchema })
  @ApiForbiddenResponse({ description: 'auth.wrong_password' })
  @ApiTooManyRequestsResponse({ description: 'rate_limit.exceeded, auth.too_many_attempts' })
  @ApiConflictResponse({ description: 'auth.too_many_api_keys' })
  @ApiUnprocessableEntityResponse({ description: 'auth.api_key_ends_too_early' })
  async create(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: createApiKeySchema }) { currentPassword, ...wanted }: CreateApiKey,
    @Req() request: FastifyRequest,
  ): Promise<CreatedApiKey> {
    await this.passwords.assert(userId, currentPassword, this.devices.originOf(request));
    return this.keys.create(userId, wanted);
  }

  @Get()
  @ApiOperation({ summary: 'Your keys, latest first' })
  @ApiOkResponse({ standardSchema: pageOf(apiKeySchema) })
  async list(@CurrentPrincipal() { userId }: Principal): Promise<Page<ApiKey>> {
    return onlyPage(await this.keys.list(userId));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key: it opens nothing any more, and its sockets close' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'auth.api_key_not_found' })
  revoke(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<void> {
    return this.keys.revoke(userId, id);
  }
}
