import { RedisDiagnostics, type ConnectionCounts, type RedisPing } from './redis-diagnostics.js';

/** There is no server: what only a server knows is null. */
export class MemoryRedisDiagnostics extends RedisDiagnostics {
  override readonly mode = 'memory';

  override async ping(): Promise<RedisPing> {
    return { mode: this.mode, latencyMs: 0 };
  }

  override connections(): ConnectionCounts {
    return { open: 0, ready: 0, errors: 0 };
  }

  override async server(): Promise<null> {
    return null;
  }

  override async slowQueries(): Promise<null> {
    return null;
  }

  override async clients(): Promise<null> {
    return null;
  }

  override async keyspace(): Promise<null> {
    return null;
  }

  override async testPerformance(): Promise<null> {
    return null;
  }

  override async expireStaleKeys(): Promise<null> {
    return null;
  }
}
