import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge } from 'prom-client';
import { MetricsRegistry } from '../../../http/index.js';
import { LiveConnections } from '../../../realtime/index.js';

/** The process itself (CPU, memory, event loop, garbage collection) and its sockets. */
@Injectable()
export class ProcessMetrics {
  constructor(registry: MetricsRegistry, connections: LiveConnections) {
    collectDefaultMetrics({ register: registry });
    new Gauge({
      name: 'bourse_live_sockets',
      help: 'Open sockets of the live gateway; absent where there is none',
      registers: [registry],
      collect() {
        const { open } = connections;
        if (open === undefined) this.remove();
        else this.set(open);
      },
    });
  }
}
