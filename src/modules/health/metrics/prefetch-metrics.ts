import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { MetricsRegistry } from '../../../http/index.js';
import { Prefetches, type PrefetchStatistics } from '../../../redis/index.js';

/** Whether what is fetched before somebody asks for it is worth its loads. */
@Injectable()
export class PrefetchMetrics {
  constructor(registry: MetricsRegistry, prefetches: Prefetches) {
    const count = (what: string, help: string, of: (prefetch: PrefetchStatistics) => number) =>
      new Counter({
        name: `bourse_cache_prefetch_${what}_total`,
        help,
        labelNames: ['prefetch'],
        registers: [registry],
        collect() {
          this.reset();
          for (const one of prefetches.statistics()) this.inc({ prefetch: one.name }, of(one));
        },
      });
    count('predicted', 'Loads that were begun because of a prediction', (one) => one.predicted);
    count('used', 'Of those: somebody came for it in time', ({ used }) => used);
    count('wasted', 'Of those: nobody did', ({ wasted }) => wasted);
    count('forgone', 'Predictions that were not followed', ({ forgone }) => forgone);
  }
}
