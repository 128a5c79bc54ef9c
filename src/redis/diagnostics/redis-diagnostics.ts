import { AppError } from '../../kernel/app-error.js';
import type { RedisConnections } from '../connection/redis-connections.js';

export interface RedisPing {
  readonly mode: 'redis' | 'memory';
  /** Round trip; 0 for the in-process drivers. */
  readonly latencyMs: number;
}

/** What health and monitoring ask. */
export abstract class RedisDiagnostics {
  /** Which drivers serve in this process. */
  abstract readonly mode: 'redis' | 'memory';
  /**
   * @throws AppError `redis.unavailable` (unavailable) when Redis does not answer within the
   *   command time-out.
   */
  abstract ping(): Promise<RedisPing>;
}

export class MemoryRedisDiagnostics extends RedisDiagnostics {
  override readonly mode = 'memory';

  override async ping(): Promise<RedisPing> {
    return { mode: this.mode, latencyMs: 0 };
  }
}

export class LiveRedisDiagnostics extends RedisDiagnostics {
  override readonly mode = 'redis';
  readonly #connections: RedisConnections;

  constructor(connections: RedisConnections) {
    super();
    this.#connections = connections;
  }

  override async ping(): Promise<RedisPing> {
    const sentAtMs = performance.now();
    try {
      await this.#connections.command.ping();
    } catch (cause) {
      throw new AppError('unavailable', 'redis.unavailable', 'Redis does not answer', { cause });
    }
    return { mode: this.mode, latencyMs: performance.now() - sentAtMs };
  }
}
