import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import {
  LockManager,
  RedisDiagnostics,
  type KeyspaceReport,
  type RedisServerInfo,
} from '../../../redis/index.js';
import { SystemConfigService } from '../../system-config/index.js';
import { AlertReadings } from '../alerts/alert-readings.js';
import { evaluate, hitRatePercent, LEDGER_KINDS, type Verdict } from '../alerts/alert-rules.js';
import { testRunning } from '../monitoring.errors.js';
import type { Clients, PerformanceTest, RedisDashboard, SlowQueries } from './redis.dto.js';

const EMBEDDED_NOTE = 'No Redis is configured: caches, locks and jobs live in this process.';
const AWAY_NOTE = 'Redis does not answer.';
/** Longer than a test may take. */
const TEST_LOCK_MS = 15 * SECOND_MS;

/** What operators see of Redis. */
@Injectable()
export class RedisFiguresService {
  constructor(
    private readonly redis: RedisDiagnostics,
    private readonly readings: AlertReadings,
    private readonly config: SystemConfigService,
    private readonly locks: LockManager,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Answers also while Redis is away: that is when it is looked at. */
  async dashboard(): Promise<RedisDashboard> {
    const [latencyMs, server, stored, health] = await Promise.all([
      this.#latencyMs(),
      orNull(this.redis.server()),
      orNull(this.redis.keyspace()),
      this.#health(),
    ]);
    const embedded = this.redis.mode === 'memory';
    const note = embedded ? EMBEDDED_NOTE : server === null ? AWAY_NOTE : null;
    return {
      mode: this.redis.mode,
      note,
      asOf: new Date(this.clock.nowMs()).toISOString(),
      health,
      connection: { connected: latencyMs !== null, latencyMs, ...this.redis.connections() },
      ...(server === null ? NOTHING : figuresOf(server)),
      caches: stored && storedOf(stored),
    };
  }

  /**
   * @throws AppError `monitoring.test_running` (conflict): one at a time in the whole installation;
   *   `redis.unavailable`.
   */
  async testPerformance(operations: number): Promise<PerformanceTest> {
    const { mode } = this.redis;
    if (mode === 'memory') return { mode, note: EMBEDDED_NOTE, result: null };
    // Says that Redis is away before the lock would say that it cannot be had.
    await this.redis.ping();
    const lock = { ttlMs: TEST_LOCK_MS };
    const outcome = await this.locks.tryUsing('monitoring.performance-test', 'redis', lock, () =>
      this.redis.testPerformance(operations),
    );
    if (!outcome.acquired) throw testRunning();
    return { mode, note: null, result: outcome.value };
  }

  /** @throws AppError `redis.unavailable` */
  async slowQueries(limit: number): Promise<SlowQueries> {
    const { mode } = this.redis;
    const queries = await this.redis.slowQueries(limit);
    if (queries === null) return { mode, note: EMBEDDED_NOTE, items: null };
    const items = queries.map(({ at, ...query }) => ({
      ...query,
      arguments: [...query.arguments],
      at: at.toISOString(),
    }));
    return { mode, note: null, items };
  }

  /** @throws AppError `redis.unavailable` */
  async clients(limit: number): Promise<Clients> {
    const { mode } = this.redis;
    const list = await this.redis.clients(limit);
    if (list === null) return { mode, note: EMBEDDED_NOTE, total: null, items: null };
    return { mode, note: null, total: list.total, items: [...list.items] };
  }

  async #latencyMs(): Promise<number | null> {
    try {
      return (await this.redis.ping()).latencyMs;
    } catch {
      return null;
    }
  }

  /** By the rules of the alerts, on what is so now. */
  async #health(): Promise<RedisDashboard['health']> {
    const [readings, { alerts: thresholds }] = await Promise.all([
      this.readings.take(),
      this.config.system(),
    ]);
    return assess(evaluate(readings, thresholds));
  }
}

function assess(verdicts: readonly Verdict[]): RedisDashboard['health'] {
  const firing = verdicts.filter(({ state }) => state === 'firing');
  // Of the ledger nothing is known here: its own check says.
  const isAway = verdicts.some(({ kind, state }) => state === 'unknown' && !LEDGER_KINDS.has(kind));
  const status = isAway ? 'critical' : firing.length > 0 ? 'warning' : 'healthy';
  return { status, issues: firing.map(({ message }) => message) };
}

async function orNull<T>(answer: Promise<T | null>): Promise<T | null> {
  return answer.catch(() => null);
}

function storedOf(stored: KeyspaceReport): RedisDashboard['caches'] {
  const { keys, bytes, namespaces, asOf, complete } = stored;
  return {
    ...{ keys, bytes, complete },
    namespaces: namespaces.map((space) => ({ ...space })),
    asOf: asOf.toISOString(),
  };
}

const NOTHING = {
  server: null,
  memory: null,
  performance: null,
  keyspace: null,
  hitRate: null,
  clients: null,
} as const;

type Figures = Pick<RedisDashboard, keyof typeof NOTHING>;

function figuresOf(info: RedisServerInfo): Figures {
  const { version, mode, nodes, uptimeSeconds, memory, performance, keyspace, clients } = info;
  const { hits, misses, ...keys } = keyspace;
  const { usedBytes, maxBytes } = memory;
  return {
    server: { version, mode, nodes, uptimeSeconds },
    memory: {
      ...memory,
      usedPercent: maxBytes === null ? null : Math.round((usedBytes / maxBytes) * 1_000) / 10,
    },
    performance: { ...performance },
    keyspace: keys,
    hitRate: { hits, misses, percent: hitRatePercent(hits, hits + misses) },
    clients: { ...clients },
  };
}
