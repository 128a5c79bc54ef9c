import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { MetricsRegistry } from '../../../http/index.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { remembered } from '../../../kernel/remembered.js';
import { QueueInspector, QueueWatchdog, type QueueReport } from '../../../redis/index.js';

const FRESH_MS = 5 * SECOND_MS;
const STATES = ['waiting', 'delayed', 'active', 'completed', 'failed'] as const;

/** Depths of the queues: the same from every process. There is no series while they are not known. */
@Injectable()
export class QueueMetrics {
  constructor(registry: MetricsRegistry, queues: QueueInspector, watchdog: QueueWatchdog) {
    const reports = remembered(FRESH_MS, (): Promise<QueueReport[]> =>
      queues.reports().catch(() => []),
    );
    new Gauge({
      name: 'bourse_queue_jobs',
      help: 'Jobs per queue and state',
      labelNames: ['queue', 'state'],
      registers: [registry],
      async collect() {
        const known = await reports();
        this.reset();
        for (const { name: queue, counts } of known) {
          for (const state of STATES) this.set({ queue, state }, counts[state]);
        }
      },
    });
    new Counter({
      name: 'bourse_queue_worker_restarts_total',
      help: 'Workers of this process that took no jobs and were started anew',
      labelNames: ['queue'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { queue, restarts } of watchdog.states()) this.inc({ queue }, restarts);
      },
    });
    new Gauge({
      name: 'bourse_queue_paused',
      help: '1 while a queue is paused',
      labelNames: ['queue'],
      registers: [registry],
      async collect() {
        const known = await reports();
        this.reset();
        for (const { name: queue, paused } of known) this.set({ queue }, paused ? 1 : 0);
      },
    });
    new Gauge({
      name: 'bourse_queue_oldest_waiting_seconds',
      help: 'How long the oldest waiting job could have run',
      labelNames: ['queue'],
      registers: [registry],
      async collect() {
        const known = await reports();
        this.reset();
        for (const { name: queue, oldestWaitingSince: since } of known) {
          const ms = since === null ? 0 : Math.max(0, Date.now() - since.getTime());
          this.set({ queue }, ms / 1_000);
        }
      },
    });
  }
}
