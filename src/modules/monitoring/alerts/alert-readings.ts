import { Injectable } from '@nestjs/common';
import { OutboxInspector } from '../../../database/index.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { QueueInspector, RedisDiagnostics } from '../../../redis/index.js';
import { InstanceReporter } from '../instances/instance-reporter.js';
import type { Readings } from './alert-rules.js';

/** Far above any threshold that makes sense, and bounded. */
const MAX_SLOW_QUERIES = 1_000;

/** Measures what alerts are about. Redis may be away: that is one of the things to be noticed. */
@Injectable()
export class AlertReadings {
  constructor(
    private readonly redis: RedisDiagnostics,
    private readonly queues: QueueInspector,
    private readonly instances: InstanceReporter,
    private readonly outbox: OutboxInspector,
  ) {}

  async take(): Promise<Readings> {
    const [redis, fleet, queues, failingRows] = await Promise.all([
      this.#redis(),
      this.instances.fleet(),
      this.#queues(),
      this.#failingRows(),
    ]);
    return { redis, ...fleet, queues, failingRows };
  }

  async #redis(): Promise<Readings['redis']> {
    try {
      await this.redis.ping();
      const [server, slow] = await Promise.all([
        this.redis.server(),
        this.redis.slowQueries(MAX_SLOW_QUERIES),
      ]);
      if (server === null || slow === null) return { kind: 'embedded' };
      // Entries carry the server's time, which is the real one.
      const sinceMs = Date.now() - MINUTE_MS;
      const { usedBytes, maxBytes } = server.memory;
      const slowQueries = slow.filter(({ at }) => at.getTime() > sinceMs).length;
      return { kind: 'up', usedBytes, maxBytes, slowQueries };
    } catch {
      return { kind: 'away' };
    }
  }

  async #queues(): Promise<Readings['queues']> {
    try {
      const reports = await this.queues.reports();
      return reports.map(({ name, counts }) => ({ name, waiting: counts.waiting }));
    } catch {
      return this.queues.names.map((name) => ({ name, waiting: null }));
    }
  }

  async #failingRows(): Promise<number | null> {
    try {
      return (await this.outbox.figures()).failing;
    } catch {
      return null;
    }
  }
}
