import type { CacheStatistics } from '../../../redis/index.js';
import { countsOf } from '../figures/cache-usage.js';
import type { CacheFigure, NamespaceTotals } from './caches.dto.js';

export function toFigure(cache: CacheStatistics): CacheFigure {
  const { name, namespace, declaredTtlMs, ttlMs } = cache;
  const overridden = ttlMs !== declaredTtlMs;
  return { name, namespace, declaredTtlMs, ttlMs, overridden, ...countsOf([cache]) };
}

export function toNamespaces(statistics: readonly CacheStatistics[]): NamespaceTotals[] {
  const names = new Set(statistics.map(({ namespace }) => namespace));
  return [...names].sort().map((namespace) => {
    const caches = statistics.filter((cache) => cache.namespace === namespace);
    return { namespace, caches: caches.length, ...countsOf(caches) };
  });
}
