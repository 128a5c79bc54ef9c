import {
  lookupsOf,
  type CacheLookups,
  type CacheStatistics,
  type KeyspaceReport,
} from '../../../redis/index.js';
import { hitRatePercent } from '../alerts/alert-rules.js';
import type { CacheFigures } from './app.dto.js';

interface Lookups extends CacheLookups {
  readonly hitRatePercent: number | null;
}

/** Counts that are summed over caches. */
const SUMMED = [
  'localHits',
  'remoteHits',
  'staleServed',
  'loads',
  'loadErrors',
  'coalesced',
  'awaited',
  'refreshes',
  'refused',
  'unreadable',
  'evictions',
  'localEntries',
  'localBytes',
] as const satisfies readonly (keyof CacheStatistics)[];

type Sums = Record<(typeof SUMMED)[number], number>;

interface CacheCounts extends Sums {
  readonly misses: number;
  readonly hitRatePercent: number | null;
  readonly averageLoadMs: number | null;
}

type CacheFigure = CacheFigures['caches'][number];
type NamespaceFigure = CacheFigures['namespaces'][number];

export function totalLookups(statistics: readonly CacheStatistics[]): Lookups {
  const lookups = lookupsOf(statistics);
  return { ...lookups, hitRatePercent: rateOf(lookups) };
}

/** Of reads that were answered without waiting for their source, 0–100; an ended value is an answer. */
function rateOf({ hits, stale, misses }: CacheLookups): number | null {
  return hitRatePercent(hits + stale, hits + stale + misses);
}

/** Of any number of caches together. */
export function countsOf(statistics: readonly CacheStatistics[]): CacheCounts {
  const sum = (name: keyof Sums | 'loadMs') =>
    statistics.reduce((total, cache) => total + cache[name], 0);
  const sums = Object.fromEntries(SUMMED.map((name) => [name, sum(name)])) as Sums;
  const { misses, hitRatePercent: percent } = totalLookups(statistics);
  const averageLoadMs =
    sums.loads > 0 ? Math.round((sum('loadMs') / sums.loads) * 1_000) / 1_000 : null;
  return { ...sums, misses, hitRatePercent: percent, averageLoadMs };
}

export function toCacheFigure(cache: CacheStatistics): CacheFigure {
  const { name, namespace } = cache;
  const { localHits, remoteHits, staleServed, misses, ...rest } = countsOf([cache]);
  const { loads, loadErrors, averageLoadMs, refreshes } = rest;
  return {
    ...{ name, namespace, localHits, remoteHits, staleServed, misses },
    hitRatePercent: rest.hitRatePercent,
    ...{ loads, loadErrors, averageLoadMs, refreshes },
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
