import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HttpModule } from '../../http/index.js';
import { DatabaseIndicator } from './database.indicator.js';
import { DrainIndicator } from './drain.indicator.js';
import { HealthFiguresController } from './figures/health-figures.controller.js';
import { HealthFiguresService } from './figures/health-figures.service.js';
import { HealthController } from './health.controller.js';
import { CacheMetrics } from './metrics/cache-metrics.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { OutboxMetrics } from './metrics/outbox-metrics.js';
import { PrefetchMetrics } from './metrics/prefetch-metrics.js';
import { ProcessMetrics } from './metrics/process-metrics.js';
import { QueueMetrics } from './metrics/queue-metrics.js';
import { RedisMetrics } from './metrics/redis-metrics.js';
import { WriteBehindMetrics } from './metrics/write-behind-metrics.js';
import { RedisIndicator } from './redis.indicator.js';

/** Every role answers probes and scrapes, the worker nothing else. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false }), HttpModule],
  controllers: [HealthController, HealthFiguresController, MetricsController],
  providers: [
    DatabaseIndicator,
    RedisIndicator,
    DrainIndicator,
    HealthFiguresService,
    ProcessMetrics,
    CacheMetrics,
    PrefetchMetrics,
    WriteBehindMetrics,
    QueueMetrics,
    OutboxMetrics,
    RedisMetrics,
  ],
})
export class HealthModule {}
