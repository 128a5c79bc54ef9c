import type { CacheStatistics, KeyspaceReport } from '../../../redis/index.js';
import { hitRatePercent } from '../alerts/alert-rules.js';
import type { CacheFigures } from './app.dto.js';

interface Lookups {
  hits: number;
  misses: number;
  hitRatePercent: number | null;
}

type CacheFigure = CacheFigures['caches'][number];
type NamespaceFigure = CacheFigures['namespaces'][number];

export function totalLookups(statistics: readonly CacheStatistics[]): Lookups {
  const hits = statistics.reduce((sum, cache) => sum + hitsOf(cache), 0);
  const misses = statistics.reduce((sum, cache) => sum + cache.misses, 0);
  return { hits, misses, hitRatePercent: hitRatePercent(hits, hits + misses) };
}

export function toCacheFigure(cache: CacheStatistics): CacheFigure {
  const { name, namespace, localHits, remoteHits, misses, loads, loadErrors, refreshes } = cache;
  const hits = hitsOf(cache);
  return {
    name,
    namespace,
    localHits,
    remoteHits,
    misses,
    hitRatePercent: hitRatePercent(hits, hits + misses),
    loads,
    loadErrors,
    averageLoadMs: loads > 0 ? Math.round((cache.loadMs / loads) * 1_000) / 1_000 : null,
    refreshes,
  };
}

/** Every namespace that a cache is declared in or that has keys; `keys` and `bytes` are null without Redis. */
export function toNamespaceFigures(
  statistics: readonly CacheStatistics[],
  stored: KeyspaceReport | null,
): NamespaceFigure[] {
  const usage = new Map(stored?.namespaces.map((space) => [space.namespace, space]));
  const names = new Set([...statistics.map(({ namespace }) => namespace), ...usage.keys()]);
  return [...names].sort().map((namespace) => ({
    namespace,
    ...totalLookups(statistics.filter((cache) => cache.namespace === namespace)),
    keys: stored === null ? null : (usage.get(namespace)?.keys ?? 0),
    bytes: stored === null ? null : (usage.get(namespace)?.bytes ?? 0),
  }));
}

function hitsOf({ localHits, remoteHits }: CacheStatistics): number {
  return localHits + remoteHits;
}
