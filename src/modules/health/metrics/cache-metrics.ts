import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { MetricsRegistry } from '../../../http/index.js';
import { Caches, type CacheStatistics } from '../../../redis/index.js';

type Label = 'cache' | 'namespace';

/** What each declared cache of this process did. */
@Injectable()
export class CacheMetrics {
  constructor(registry: MetricsRegistry, caches: Caches) {
    const count = (name: string, help: string, of: (cache: CacheStatistics) => number) =>
      new Counter<Label>({
        name: `bourse_cache_${name}`,
        help,
        labelNames: ['cache', 'namespace'],
        registers: [registry],
        // The caches count; this shows what they have counted.
        collect() {
          this.reset();
          for (const cache of caches.statistics()) {
            this.inc({ cache: cache.name, namespace: cache.namespace }, of(cache));
          }
        },
      });
    count('local_hits_total', 'Reads answered by the process', (cache) => cache.localHits);
    count('remote_hits_total', 'Reads answered by Redis', (cache) => cache.remoteHits);
    count('misses_total', 'Reads that found nothing', (cache) => cache.misses);
    count('loads_total', 'Questions to the source', (cache) => cache.loads);
    count('load_errors_total', 'Questions that the source failed', (cache) => cache.loadErrors);
    count('load_seconds_total', 'Time spent with the source', (cache) => cache.loadMs / 1_000);
    count('refreshes_total', 'Loads behind a served value', (cache) => cache.refreshes);
  }
}
