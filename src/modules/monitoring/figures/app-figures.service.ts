import { Inject, Injectable } from '@nestjs/common';
import { OutboxInspector } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import {
  Caches,
  QueueInspector,
  RedisDiagnostics,
  type KeyspaceReport,
} from '../../../redis/index.js';
import { hitRatePercent } from '../alerts/alert-rules.js';
import { InstanceReporter } from '../instances/instance-reporter.js';
import type { CacheFigures, OutboxReport, QueueFigures } from './app.dto.js';
import { toCacheFigure, toNamespaceFigures, totalLookups } from './cache-usage.js';

const MAX_FAILING_ROWS = 100;

/** What operators see of the caches, the queues and the outbox. */
@Injectable()
export class AppFiguresService {
  constructor(
    private readonly caches: Caches,
    private readonly redis: RedisDiagnostics,
    private readonly queueInspector: QueueInspector,
    private readonly instances: InstanceReporter,
    private readonly outbox: OutboxInspector,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async cache(): Promise<CacheFigures> {
    const statistics = this.caches.statistics();
    const [fleet, { stored, note }] = await Promise.all([this.instances.fleet(), this.#stored()]);
    const { hits, lookups, instances } = fleet;
    return {
      mode: this.redis.mode,
      note,
      asOf: new Date(this.clock.nowMs()).toISOString(),
      instance: totalLookups(statistics),
      lastMinute: {
        instances,
        hits,
        misses: lookups - hits,
        hitRatePercent: hitRatePercent(hits, lookups),
      },
      caches: statistics.map(toCacheFigure),
      namespaces: toNamespaceFigures(statistics, stored),
      stored: stored && {
        keys: stored.keys,
        bytes: stored.bytes,
        asOf: stored.asOf.toISOString(),
        complete: stored.complete,
      },
    };
  }

  /** @throws AppError `queue.unavailable` */
  async queues(): Promise<QueueFigures> {
    const reports = await this.queueInspector.reports();
    return {
      items: reports.map(({ name, counts, paused, oldestWaitingSince }) => ({
        name,
        ...counts,
        paused,
        oldestWaitingSince: oldestWaitingSince?.toISOString() ?? null,
      })),
    };
  }

  async outboxReport(): Promise<OutboxReport> {
    const [{ rows, oldestAgeMs, failing: failingRows }, failing] = await Promise.all([
      this.outbox.figures(),
      this.outbox.failing(MAX_FAILING_ROWS),
    ]);
    return {
      rows,
      oldestAgeMs,
      failingRows,
      failing: failing.map(({ createdAt, dueAt, ...row }) => ({
        ...row,
        createdAt: createdAt.toISOString(),
        nextAttemptAt: dueAt.toISOString(),
      })),
    };
  }

  async #stored(): Promise<{ stored: KeyspaceReport | null; note: string | null }> {
    try {
      const stored = await this.redis.keyspace();
      const note = 'No Redis is configured: the caches live in this process alone.';
      return { stored, note: stored === null ? note : null };
    } catch {
      return { stored: null, note: 'Redis does not answer: the caches live on in the processes.' };
    }
  }
}
