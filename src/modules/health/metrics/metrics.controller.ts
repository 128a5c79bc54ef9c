import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags, ApiUnauthorizedResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Config } from '../../../config/config.js';
import { MetricsRegistry, NoGeneralLimits, Public } from '../../../http/index.js';
import { authorizeMetrics } from './metrics-access.js';

@ApiTags('health')
@Public()
@NoGeneralLimits()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly registry: MetricsRegistry,
    @Inject(Config) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Figures of this process for Prometheus; METRICS_TOKEN as bearer' })
  @ApiOkResponse({ description: 'Prometheus text format' })
  @ApiUnauthorizedResponse({ description: 'metrics.unauthenticated' })
  async metrics(
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { metrics, production } = this.config;
    authorizeMetrics({ token: metrics.token, production }, authorization);
    void reply.header('cache-control', 'no-store').type(this.registry.contentType);
    return this.registry.metrics();
  }
}
