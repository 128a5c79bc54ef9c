import { Injectable } from '@nestjs/common';
import { Database } from '../../../database/index.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { remembered } from '../../../kernel/remembered.js';
import {
  Caches,
  lookupsOf,
  RedisDiagnostics,
  type KeyspaceReport,
  type RedisServerInfo,
} from '../../../redis/index.js';
import { byteText } from './byte-text.js';
import type { CacheHealth, DetailedHealth, RedisHealth } from './health.dto.js';

const EMBEDDED_NOTE = 'No Redis is configured: its part is done in this process.';
const AWAY_NOTE = 'Redis does not answer.';
/** Anybody may ask, as often as they like. */
const FRESH_MS = 2 * SECOND_MS;

/** What is wrong, and with what figures. Open to everybody: no names, addresses or keys. */
@Injectable()
export class HealthFiguresService {
  readonly #databaseLatencyMs = remembered(FRESH_MS, () => this.#pingDatabase());
  readonly #server = remembered(FRESH_MS, () => orUndefined(this.redis.server()));

  constructor(
    private readonly database: Database,
    private readonly redis: RedisDiagnostics,
    private readonly caches: Caches,
  ) {}

  async detailed(): Promise<DetailedHealth> {
    const [latencyMs, server] = await Promise.all([this.#databaseLatencyMs(), this.#server()]);
    const redis = this.#redisService(server);
    const databaseStatus = latencyMs === null ? 'unhealthy' : 'healthy';
    return {
      status: latencyMs === null ? 'unhealthy' : redis.connected ? 'healthy' : 'degraded',
      services: {
        database: {
          status: databaseStatus,
          connected: latencyMs !== null,
          kind: this.database.kind,
          latency_ms: latencyMs,
        },
        redis,
      },
      timestamp: now(),
    };
  }

  async redisHealth(): Promise<RedisHealth> {
    const server = await this.#server();
    const { status, connected, note } = stateOf(server);
    const { open, ready } = this.redis.connections();
    const info = server && {
      server: { version: server.version, mode: server.mode, uptime: server.uptimeSeconds },
      clients: { connected: server.clients.connected, blocked: server.clients.blocked },
      pool: {
        max_connections: server.clients.max,
        created_connections: open,
        available_connections: ready,
      },
    };
    return { status, connected, note, info: info ?? null, timestamp: now() };
  }

  async cacheHealth(): Promise<CacheHealth> {
    const [server, stored] = await Promise.all([
      this.#server(),
      orUndefined(this.redis.keyspace()),
    ]);
    const { connected, note } = stateOf(server);
    const { state, owedInvalidations } = this.caches.link();
    const isJoined = state === 'alone' || state === 'coherent';
    return {
      // Never worse: without Redis the caches live on in each process.
      status: connected && isJoined ? 'healthy' : 'degraded',
      note,
      hit_rate_percent: this.#hitRatePercent(),
      link: { state, owed_invalidations: owedInvalidations },
      memory: server
        ? {
            used_memory: server.memory.usedBytes,
            used_memory_human: byteText(server.memory.usedBytes),
            maxmemory: server.memory.maxBytes,
          }
        : null,
      keys: stored ? keysOf(stored) : null,
      timestamp: now(),
    };
  }

  #redisService(server: RedisServerInfo | null | undefined): DetailedHealth['services']['redis'] {
    const { hits = 0, misses = 0 } = server?.keyspace ?? {};
    return {
      ...stateOf(server),
      mode: this.redis.mode,
      hit_rate_percent: server ? percent(hits, misses) : this.#hitRatePercent(),
      memory_usage: server ? byteText(server.memory.usedBytes) : null,
      total_commands: server?.performance.commands ?? null,
      uptime_seconds: server?.uptimeSeconds ?? null,
      connected_clients: server?.clients.connected ?? null,
    };
  }

  #hitRatePercent(): number | null {
    const { hits, stale, misses } = lookupsOf(this.caches.statistics());
    return percent(hits + stale, misses);
  }

  async #pingDatabase(): Promise<number | null> {
    const startedAtMs = performance.now();
    try {
      await this.database.ping();
      return Math.round((performance.now() - startedAtMs) * 1_000) / 1_000;
    } catch {
      return null;
    }
  }
}

/** null: there is none by design; undefined: it does not answer. */
function stateOf(server: RedisServerInfo | null | undefined) {
  if (server === undefined) {
    return { status: 'unhealthy', connected: false, note: AWAY_NOTE } as const;
  }
  const note = server === null ? EMBEDDED_NOTE : null;
  return { status: 'healthy', connected: true, note } as const;
}

function keysOf(report: KeyspaceReport): CacheHealth['keys'] {
  const { keys, bytes, namespaces, complete } = report;
  const bySpace = (of: 'keys' | 'bytes') =>
    Object.fromEntries(namespaces.map((space) => [space.namespace, space[of]]));
  return {
    total: keys,
    by_namespace: bySpace('keys'),
    bytes,
    bytes_by_namespace: bySpace('bytes'),
    complete,
  };
}

function percent(hits: number, misses: number): number | null {
  const lookups = hits + misses;
  return lookups > 0 ? Math.round((hits / lookups) * 1_000) / 10 : null;
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch(() => undefined);
}

function now(): string {
  return new Date().toISOString();
}
