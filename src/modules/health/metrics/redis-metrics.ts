import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { MetricsRegistry } from '../../../http/index.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { remembered } from '../../../kernel/remembered.js';
import { RedisDiagnostics, type RedisServerInfo } from '../../../redis/index.js';

const FRESH_MS = 5 * SECOND_MS;

/** Redis as this process reaches it. Nothing of it exists where no Redis is configured. */
@Injectable()
export class RedisMetrics {
  constructor(registry: MetricsRegistry, redis: RedisDiagnostics) {
    if (redis.mode === 'memory') return;
    const server = remembered(FRESH_MS, () => redis.server().catch(() => null));
    const gauge = (name: string, help: string, of: (server: RedisServerInfo) => number | null) =>
      new Gauge({
        name: `bourse_redis_${name}`,
        help,
        registers: [registry],
        async collect() {
          const info = await server();
          const value = info && of(info);
          if (value === null) this.remove();
          else this.set(value);
        },
      });
    new Gauge({
      name: 'bourse_redis_up',
      help: '1 while Redis answers this process',
      registers: [registry],
      async collect() {
        const up = await redis.ping().then(
          () => 1,
          () => 0,
        );
        this.set(up);
      },
    });
    new Gauge({
      name: 'bourse_redis_connection_errors',
      help: 'Lost connections and failed attempts since the process started',
      registers: [registry],
      collect() {
        this.set(redis.connections().errors);
      },
    });
    gauge('used_memory_bytes', 'Memory that Redis uses', ({ memory }) => memory.usedBytes);
    gauge('max_memory_bytes', 'Memory that Redis may use', ({ memory }) => memory.maxBytes);
    gauge('connected_clients', 'Connections to Redis', ({ clients }) => clients.connected);
    gauge('evicted_keys', 'Keys thrown away to make room', ({ keyspace }) => keyspace.evicted);
  }
}
