import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CacheDefinition } from '../../src/redis/index.js';

const MODULES = resolve(import.meta.dirname, '../../src/modules');

/** A cache as a module declares it. Of what parameters its key is made, only the module knows. */
export type DeclaredCache = CacheDefinition<Readonly<Record<string, unknown>>, unknown>;

/** A value for everything that a declared cache may be asked by. */
export const SAMPLE_PARAMETERS: Readonly<Record<string, unknown>> = {
  userId: 'u-1',
  symbol: 'AAPL',
  modelId: 'm-1',
  hash: 'h-1',
  queryHash: 'q-1',
  revision: 'r-1',
  marketRevision: 'mr-1',
  expiry: '2025-06-20',
  minuteMs: Date.UTC(2025, 2, 14, 13, 59),
  timeframe: '1d',
  fromMs: 1_000,
  toMs: 2_000,
  horizon: 'swing',
  period: 'annual',
  quarter: undefined,
  category: 'earnings',
  by: 'pnl',
  currency: undefined,
  limit: 10,
};

const sources = (): string[] =>
  readdirSync(MODULES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => join(MODULES, file));

/** The names of all `defineCache({ name: '…' })`, and of cached queries, under src/modules, in whichever file. */
export function cacheNamesInSources(): string[] {
  const declaration = /defineCache(?:dQuery)?(?:<[^(]*>)?\(\{\s*name: '([^']+)'/g;
  return sources().flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(declaration)].map(([, name = '']) => name),
  );
}

/** What the `*.caches.ts` of all modules declare. */
export async function declaredCaches(): Promise<DeclaredCache[]> {
  const files = sources().filter((file) => file.endsWith('.caches.ts'));
  const modules: Record<string, unknown>[] = await Promise.all(files.map((file) => import(file)));
  return modules.flatMap((module) => Object.values(module).filter(isCache));
}

/**
 * Those whose keys name what they are kept by. Not queries: their keys are hashes of all their parameters, and the rows
 * they read drop them.
 */
export async function keyedCaches(): Promise<DeclaredCache[]> {
  const caches = await declaredCaches();
  return caches.filter((cache) => !cache.key(SAMPLE_PARAMETERS).startsWith('query:'));
}

function isCache(exported: unknown): exported is DeclaredCache {
  return (
    typeof exported === 'object' && exported !== null && 'ttlMs' in exported && 'key' in exported
  );
}

/** The names of the parameters that `read` looks at. @throws for one that has no sample */
export function parametersRead(
  read: (params: Readonly<Record<string, unknown>>) => unknown,
): string[] {
  const names = new Set<string>();
  read(
    new Proxy(SAMPLE_PARAMETERS, {
      get(samples, name) {
        if (typeof name !== 'string' || !(name in samples)) {
          throw new Error(`SAMPLE_PARAMETERS has none for ${String(name)}`);
        }
        names.add(name);
        return samples[name];
      },
    }),
  );
  return [...names];
}
