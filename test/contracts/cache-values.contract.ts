import { z } from 'zod';
import { defineCache } from '../../src/redis/cache/cache-definition.js';
import type { Caches } from '../../src/redis/cache/cache.js';

interface Profile {
  name: string;
  roles: string[];
}

const plain = { namespace: 'general' as const, key: (key: string) => key, ttlMs: 60_000 };
const anything = defineCache<string, unknown>({ ...plain, name: 'test.anything' });
const profiles = defineCache<string, Profile>({ ...plain, name: 'test.value-profiles' });
const ada: Profile = { name: 'Ada', roles: ['trader'] };

/** The part of the cache contract that is about the values themselves. */
export function describeCacheValues(caches: () => Caches): void {
  describe('gives values out so that', () => {
    it('no reader can change them for another', async () => {
      const cache = caches().use(profiles);
      const mine = await cache.getOrSet('ada', async () => structuredClone(ada));
      expect(() => mine.roles.push('admin')).toThrow(TypeError);
      const theirs = await cache.get('ada');
      expect(() => theirs?.roles.push('admin')).toThrow(TypeError);
      expect(await cache.get('ada')).toEqual(ada);
    });

    it('the object that was stored stays its owner’s', async () => {
      const cache = caches().use(profiles);
      const own = structuredClone(ada);
      await cache.set('ada', own);
      own.roles.push('admin');
      expect(await cache.get('ada')).toEqual(ada);
    });

    it('a miss and a hit look the same', async () => {
      const cache = caches().use(anything);
      const loaded = { at: new Date(0), gone: undefined };
      const miss = await cache.getOrSet('k', async () => loaded);
      expect(miss).toEqual({ at: '1970-01-01T00:00:00.000Z' });
      expect(await cache.get('k')).toEqual(miss);
    });

    it('a schema brings back what JSON has no word for', async () => {
      const cache = caches().use(
        defineCache<string, { at: Date }>({
          ...plain,
          name: 'test.dates',
          schema: z.object({ at: z.coerce.date() }),
        }),
      );
      expect(await cache.getOrSet('k', async () => ({ at: new Date(0) }))).toEqual({
        at: new Date(0),
      });
      expect(await cache.get('k')).toEqual({ at: new Date(0) });
    });

    it('no reader can change what a schema froze only on top', async () => {
      const lists = defineCache<string, { readonly levels: { size: number }[] }>({
        ...plain,
        name: 'test.read-only',
        schema: z.object({ levels: z.array(z.object({ size: z.number() })) }).readonly(),
      });
      const mine = await caches()
        .use(lists)
        .getOrSet('k', async () => ({ levels: [{ size: 1 }] }));
      expect(() => mine.levels.push({ size: 2 })).toThrow(TypeError);
    });

    it('a value that breaks the cache’s own schema reaches its caller and is not kept', async () => {
      const cache = caches().use(
        defineCache<string, number>({
          ...plain,
          name: 'test.positive',
          schema: z.number().positive(),
        }),
      );
      await cache.set('k', 1);
      await cache.set('k', -1);
      expect(await cache.get('k')).toBeUndefined();
      expect(await cache.getOrSet('k', async () => -2)).toBe(-2);
      expect(await cache.get('k')).toBeUndefined();
    });
  });
}
