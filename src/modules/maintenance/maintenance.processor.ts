import { Injectable } from '@nestjs/common';
import { QueueInspector, Queues, RedisDiagnostics } from '../../redis/index.js';
import { maintenanceQueue } from './maintenance.queues.js';

@Injectable()
export class MaintenanceProcessor {
  constructor(queues: Queues, inspector: QueueInspector, redis: RedisDiagnostics) {
    queues.process(maintenanceQueue, {
      'clean-queue': ({ payload }) => inspector.cleanFinished(payload.queue),
      'expire-stale-keys': async ({ signal }) =>
        (await redis.expireStaleKeys(signal)) ?? 'there is no Redis: caches live in the process',
    });
  }
}
