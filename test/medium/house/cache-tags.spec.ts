import { byModel, bySymbol, byUser } from '../../../src/redis/index.js';
import { keyedCaches, parametersRead, SAMPLE_PARAMETERS } from '../../support/declared-caches.js';

/** The tags by which all of a user, a symbol or a model is dropped. */
const STANDARD = {
  userId: byUser('u-1'),
  symbol: bySymbol('AAPL'),
  modelId: byModel('m-1'),
};

describe('every declared cache', () => {
  it.each(Object.entries(STANDARD))(
    'that is kept by %s can be dropped by it',
    async (name, tag) => {
      const caches = await keyedCaches();
      const kept = caches.filter((cache) => parametersRead(cache.key).includes(name));
      expect(kept.length).toBeGreaterThan(0);
      const without = kept.filter((cache) => !cache.tags?.(SAMPLE_PARAMETERS).includes(tag));
      expect(without.map((cache) => cache.name)).toEqual([]);
    },
  );

  it('carries no standard tag of what it is not kept by', async () => {
    for (const cache of await keyedCaches()) {
      const read = parametersRead(cache.key);
      const tags = cache.tags?.(SAMPLE_PARAMETERS) ?? [];
      const standard = Object.entries(STANDARD).filter(([, tag]) => tags.includes(tag));
      expect({ cache: cache.name, by: standard.map(([name]) => name) }).toEqual({
        cache: cache.name,
        by: read.filter((name) => name in STANDARD),
      });
    }
  });
});
