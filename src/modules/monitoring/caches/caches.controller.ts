import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal, Recorded, Requires } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import { CacheListService } from './cache-list.service.js';
import {
  cacheFigureSchema,
  cacheListSchema,
  cacheNameSchema,
  hotKeysQuerySchema,
  hotKeysSchema,
  invalidatedSchema,
  invalidateSchema,
  overrideTtlSchema,
  type CacheFigure,
  type CacheList,
  type HotKeys,
  type HotKeysQuery,
  type Invalidate,
  type Invalidated,
  type OverrideTtl,
} from './caches.dto.js';
import { CachesService } from './caches.service.js';

@ApiTags('monitoring')
@Controller('api/admin/caches')
export class CachesController {
  constructor(
    private readonly caches: CachesService,
    private readonly lists: CacheListService,
  ) {}

  @Get()
  @Requires('monitoring.read')
  @ApiOperation({
    summary: 'Every cache with its TTL and counts, and how the processes are joined',
  })
  @ApiOkResponse({ standardSchema: cacheListSchema })
  list(): Promise<CacheList> {
    return this.lists.list();
  }

  @Get('hot-keys')
  @Requires('monitoring.read')
  @ApiOperation({ summary: 'The most read keys of this process' })
  @ApiOkResponse({ standardSchema: hotKeysSchema })
  hotKeys(@Query({ schema: hotKeysQuerySchema }) { limit }: HotKeysQuery): HotKeys {
    return this.lists.hotKeys(limit);
  }

  @Patch(':name')
  @Recorded('ttlMs')
  @Requires('config.manage')
  @ApiOperation({ summary: 'Give a cache another TTL, in every process; it survives restarts' })
  @ApiOkResponse({ standardSchema: cacheFigureSchema })
  @ApiNotFoundResponse({ description: 'cache.unknown' })
  overrideTtl(
    @CurrentPrincipal() { userId }: Principal,
    @Param('name', { schema: cacheNameSchema }) name: string,
    @Body({ schema: overrideTtlSchema }) { ttlMs }: OverrideTtl,
  ): Promise<CacheFigure> {
    return this.caches.overrideTtl(userId, name, ttlMs);
  }

  @Post('invalidations')
  @Recorded('tags', 'namespace', 'pattern', 'user', 'symbol', 'model', 'all')
  @Requires('config.manage')
  @ApiOperation({
    summary:
      'Drop cached values everywhere: by tags, namespace, pattern, user, symbol, model, or all',
  })
  @ApiOkResponse({ standardSchema: invalidatedSchema })
  @ApiAcceptedResponse({
    description: 'Redis is away: dropped here, elsewhere once it is back',
    standardSchema: invalidatedSchema,
  })
  @ApiServiceUnavailableResponse({ description: 'cache.pattern_incomplete' })
  async invalidate(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: invalidateSchema }) request: Invalidate,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Invalidated> {
    const invalidated = await this.caches.invalidate(userId, request);
    void reply.status(invalidated.complete ? 200 : 202);
    return invalidated;
  }
}
