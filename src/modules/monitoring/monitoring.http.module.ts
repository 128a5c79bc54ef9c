import { Module } from '@nestjs/common';
import { AlertsController } from './alerts/alerts.controller.js';
import { CacheListService } from './caches/cache-list.service.js';
import { CachesController } from './caches/caches.controller.js';
import { CachesService } from './caches/caches.service.js';
import { AppFiguresController } from './figures/app.controller.js';
import { AppFiguresService } from './figures/app-figures.service.js';
import { JobsLive } from './figures/jobs.live.js';
import { QueuesLive } from './figures/queues.live.js';
import { RedisController } from './figures/redis.controller.js';
import { RedisFiguresService } from './figures/redis-figures.service.js';
import { MonitoringModule } from './monitoring.module.js';

@Module({
  imports: [MonitoringModule],
  controllers: [RedisController, AppFiguresController, AlertsController, CachesController],
  providers: [
    RedisFiguresService,
    AppFiguresService,
    QueuesLive,
    JobsLive,
    CacheListService,
    CachesService,
  ],
})
export class MonitoringHttpModule {}
