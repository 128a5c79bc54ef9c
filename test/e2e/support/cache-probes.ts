import { byModel, bySymbol, byUser, Caches, defineCache } from '../../../src/redis/index.js';
import type { Bourse } from './bourse.js';

export const PATH = '/api/admin/caches';
export const INVALIDATIONS = `${PATH}/invalidations`;
export const TTL_MS = 60_000;
export const USER = '0b2f1c9e-7a51-4d0e-9c39-3f6d6a2f8b11';
export const MODEL = '7f3a2b1c-0d4e-4a5b-8c6d-9e0f1a2b3c4d';

/** One key of each kind that operators may drop. */
export const probe = defineCache<string, number>({
  name: 'test.probe',
  namespace: 'general',
  key: (id) => `${id}:probe`,
  ttlMs: TTL_MS,
  tags: (id) =>
    new Map([
      ['user', [byUser(USER)]],
      ['symbol', [bySymbol('BRK.B')]],
      ['model', [byModel(MODEL)]],
      ['tagged', ['test:one', 'test:two']],
    ]).get(id) ?? [],
});
export const elsewhere = defineCache<string, number>({
  name: 'test.elsewhere',
  namespace: 'research',
  key: (id) => `${id}:probe`,
  ttlMs: TTL_MS,
});
export const KEYS = ['user', 'symbol', 'model', 'tagged', 'plain', 'braces{}*?['] as const;

export const probes = (bourse: Bourse) => {
  const caches = bourse.app.get(Caches);
  return { caches, probe: caches.use(probe), elsewhere: caches.use(elsewhere) };
};
export const fill = async (bourse: Bourse) => {
  const { probe: cache, elsewhere: other } = probes(bourse);
  await cache.setMany(KEYS.map((key) => [key, 1]));
  await other.set('plain', 1);
};
export const kept = async (bourse: Bourse): Promise<string[]> => {
  const { probe: cache, elsewhere: other } = probes(bourse);
  const values = await cache.getMany(KEYS);
  const here: string[] = KEYS.filter((_, i) => values[i] !== undefined);
  return (await other.get('plain')) === undefined ? here : [...here, 'elsewhere'];
};
export const without = (...gone: string[]) =>
  [...KEYS, 'elsewhere'].filter((key) => !gone.includes(key));

/** What a value that is stored now lives, by the cache's own word. */
export const lifeMs = async (bourse: Bourse): Promise<number> => {
  const { probe: cache } = probes(bourse);
  await cache.set('life', 1);
  return (await cache.ttlMs('life')) ?? 0;
};
