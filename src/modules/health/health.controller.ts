import { Controller, Get, Res, ServiceUnavailableException } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheckService,
  type HealthCheckResult,
  type HealthIndicatorFunction,
} from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { NoGeneralLimits, Public } from '../../http/index.js';
import { DatabaseIndicator } from './database.indicator.js';
import { DrainIndicator } from './drain.indicator.js';
import { RedisIndicator } from './redis.indicator.js';

@ApiTags('health')
@Public()
@NoGeneralLimits()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly database: DatabaseIndicator,
    private readonly redis: RedisIndicator,
    private readonly drain: DrainIndicator,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'The process runs: restart it when this fails' })
  live(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return this.#check(reply, []);
  }

  @Get('ready')
  @ApiOperation({ summary: 'The process can serve: send no requests while this fails' })
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return this.#check(reply, [
      () => this.drain.check(),
      () => this.database.check(),
      () => this.redis.check(),
    ]);
  }

  /** Terminus says "down" by throwing; its report is the body all the same. */
  async #check(
    reply: FastifyReply,
    indicators: HealthIndicatorFunction[],
  ): Promise<HealthCheckResult> {
    void reply.header('cache-control', 'no-store');
    try {
      return await this.health.check(indicators);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      void reply.status(503);
      return error.getResponse() as HealthCheckResult;
    }
  }
}
