import { Controller, Get, Res } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../../http/index.js';
import { HealthFiguresService } from './health-figures.service.js';
import {
  cacheHealthSchema,
  detailedHealthSchema,
  redisHealthSchema,
  type CacheHealth,
  type DetailedHealth,
  type RedisHealth,
} from './health.dto.js';

/** For monitors, not for load balancers: those ask `ready`, which Redis cannot fail. */
@ApiTags('health')
@Public()
@Controller('health')
export class HealthFiguresController {
  constructor(private readonly figures: HealthFiguresService) {}

  @Get('detailed')
  @ApiOperation({ summary: 'Each service with its figures; 200 as long as requests are served' })
  @ApiOkResponse({ standardSchema: detailedHealthSchema })
  @ApiServiceUnavailableResponse({
    description: 'the database does not answer',
    standardSchema: detailedHealthSchema,
  })
  async detailed(@Res({ passthrough: true }) reply: FastifyReply): Promise<DetailedHealth> {
    const health = await this.figures.detailed();
    return answer(reply, health, health.status !== 'unhealthy');
  }

  @Get('redis')
  @ApiOperation({ summary: 'Redis alone: 503 while it is configured and does not answer' })
  @ApiOkResponse({ standardSchema: redisHealthSchema })
  @ApiServiceUnavailableResponse({
    description: 'Redis does not answer',
    standardSchema: redisHealthSchema,
  })
  async redis(@Res({ passthrough: true }) reply: FastifyReply): Promise<RedisHealth> {
    const health = await this.figures.redisHealth();
    return answer(reply, health, health.connected);
  }

  @Get('cache')
  @ApiOperation({ summary: 'What the caches keep; always 200: without Redis they live on' })
  @ApiOkResponse({ standardSchema: cacheHealthSchema })
  async cache(@Res({ passthrough: true }) reply: FastifyReply): Promise<CacheHealth> {
    return answer(reply, await this.figures.cacheHealth(), true);
  }
}

function answer<T>(reply: FastifyReply, health: T, ok: boolean): T {
  void reply.header('cache-control', 'no-store').status(ok ? 200 : 503);
  return health;
}
