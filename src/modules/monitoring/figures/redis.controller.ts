import { Controller, Get, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Requires } from '../../../http/index.js';
import { RedisFiguresService } from './redis-figures.service.js';
import {
  clientsSchema,
  limitQuerySchema,
  performanceTestQuerySchema,
  performanceTestSchema,
  redisDashboardSchema,
  slowQueriesSchema,
  type Clients,
  type LimitQuery,
  type PerformanceTest,
  type PerformanceTestQuery,
  type RedisDashboard,
  type SlowQueries,
} from './redis.dto.js';

@ApiTags('monitoring')
@Requires('monitoring.read')
@Controller('api/monitoring/redis')
export class RedisController {
  constructor(private readonly figures: RedisFiguresService) {}

  @Get('dashboard')
  @ApiOperation({ summary: 'Memory, performance, keys, hit rate, clients and health of Redis' })
  @ApiOkResponse({ standardSchema: redisDashboardSchema })
  dashboard(): Promise<RedisDashboard> {
    return this.figures.dashboard();
  }

  @Get('performance-test')
  @ApiOperation({ summary: 'Measure round trips to Redis with keys of its own' })
  @ApiOkResponse({ standardSchema: performanceTestSchema })
  @ApiConflictResponse({ description: 'monitoring.test_running: one at a time' })
  @ApiServiceUnavailableResponse({ description: 'redis.unavailable' })
  testPerformance(
    @Query({ schema: performanceTestQuerySchema }) { operations }: PerformanceTestQuery,
  ): Promise<PerformanceTest> {
    return this.figures.testPerformance(operations);
  }

  @Get('slow-queries')
  @ApiOperation({ summary: 'The slow log of Redis, latest first, without the values' })
  @ApiOkResponse({ standardSchema: slowQueriesSchema })
  @ApiServiceUnavailableResponse({ description: 'redis.unavailable' })
  slowQueries(@Query({ schema: limitQuerySchema }) { limit }: LimitQuery): Promise<SlowQueries> {
    return this.figures.slowQueries(limit);
  }

  @Get('clients')
  @ApiOperation({ summary: 'Who is connected to Redis' })
  @ApiOkResponse({ standardSchema: clientsSchema })
  @ApiServiceUnavailableResponse({ description: 'redis.unavailable' })
  clients(@Query({ schema: limitQuerySchema }) { limit }: LimitQuery): Promise<Clients> {
    return this.figures.clients(limit);
  }
}
