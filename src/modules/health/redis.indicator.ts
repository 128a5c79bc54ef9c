import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { QueueInspector, RedisDiagnostics } from '../../redis/index.js';

/**
 * Reports on Redis without ever failing readiness: with Redis away, every instance has the same trouble, and
 * taking all of them out of service would make an outage of what the database alone can still serve.
 */
@Injectable()
export class RedisIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly redis: RedisDiagnostics,
    private readonly queues: QueueInspector,
  ) {}

  async check(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('redis');
    try {
      const { mode, latencyMs } = await this.redis.ping();
      const queues = await this.queues.refusal();
      return indicator.up({
        mode,
        latencyMs,
        degraded: queues !== null,
        ...(queues && { queues }),
      });
    } catch {
      return indicator.up({ mode: 'redis', degraded: true });
    }
  }
}
