import type { Cache } from 'cache-manager';
import fc from 'fast-check';
import { eventually } from '../support/eventually.js';

/** A deadline that no busy machine misses: what a store keeps is one question, how long it may take another. */
export const LEISURELY_MS = 5_000;

export interface HttpCacheFixture {
  readonly cache: Cache;
  close(): Promise<void>;
}

/** JSON, and texts that some serializer takes for more than a text. */
const likeLibraries = fc.oneof(
  fc.jsonValue(),
  fc
    .tuple(
      fc.constantFrom('_date_', '_function_', '_regexp_', '_symbol_', '_bigint_', ':base64:', ':'),
      fc.string(),
    )
    .map(([mark, text]) => ({ [text]: [mark + text], mark: mark + text })),
);

/** What `CACHE_MANAGER` promises on every driver. */
export function describeHttpCacheContract(
  driver: string,
  setup: () => Promise<HttpCacheFixture>,
): void {
  describe(`a ${driver} HTTP cache`, () => {
    let fixture: HttpCacheFixture;
    let cache: Cache;
    beforeEach(async () => {
      fixture = await setup();
      cache = fixture.cache;
    });
    afterEach(() => fixture.close());

    it.each([
      ['a text', 'text'],
      ['a text that looks like a date to some', '_date_2024-01-02T00:00:00.000Z'],
      ['others of that kind', ['_date_1', '_function_x', '_regexp_a', ':base64:AA==', '{"v":1}']],
      ['zero', 0],
      ['false', false],
      ['nothing, known', null],
      ['an empty text', ''],
      ['an object', { a: [1, { b: null }], text: 'ü' }],
    ])('gives back %s as it was', async (_, value) => {
      await cache.set('/api/x', value);
      expect(await cache.get('/api/x')).toEqual(value);
    });

    it('gives back whatever JSON can say, one by one and in a batch', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(likeLibraries, { minLength: 1, maxLength: 5 }),
          async (values) => {
            const plain = JSON.parse(JSON.stringify(values)) as unknown[];
            await cache.mset(plain.map((value, i) => ({ key: `/p${i}`, value })));
            expect(await cache.mget(plain.map((_, i) => `/p${i}`))).toEqual(plain);
            expect(await cache.get('/p0')).toEqual(plain[0]);
          },
        ),
        { numRuns: 60 },
      );
    });

    it.each(['a key:with colons', '*', '[x]?', 'ü/💡', '', 'test:cache:general:http:/x'])(
      'tells the key %j from all others, in every way to ask for it',
      async (key) => {
        await cache.set('/x', 'another');
        await cache.set(key, 'mine');
        expect(await cache.mget(['/x', key])).toEqual(['another', 'mine']);
        expect(await cache.wrap(key, async () => 'loaded')).toBe('mine');
        await cache.del(key);
        expect(await cache.mget(['/x', key])).toEqual(['another', undefined]);
      },
    );

    it('runs work once that answers null, zero, false or nothing at all but an empty text', async () => {
      for (const [i, value] of [null, 0, false, ''].entries()) {
        const work = jest.fn(async () => value);
        expect(await cache.wrap(`/falsy${i}`, work)).toBe(value);
        expect(await cache.wrap(`/falsy${i}`, work)).toBe(value);
        expect(work).toHaveBeenCalledTimes(1);
      }
    });

    it('says of a key whether it was there to be deleted', async () => {
      const [store] = cache.stores;
      await cache.set('/x', 1);
      expect(await store?.delete('/x')).toBe(true);
      expect(await store?.delete('/x')).toBe(false);
      expect(await store?.delete(['/x', '/y'])).toBe(false);
      expect(await store?.has('/x')).toBe(false);
    });

    it('answers undefined for what it does not have, and for what was deleted', async () => {
      expect(await cache.get('/api/x')).toBeUndefined();
      await cache.set('/api/x', 1);
      await cache.del('/api/x');
      expect(await cache.get('/api/x')).toBeUndefined();
    });

    it('ends an entry with its TTL', async () => {
      await cache.set('/api/x', 1, 60);
      await eventually(async () => expect(await cache.get('/api/x')).toBeUndefined());
    });

    it('reads, writes and deletes many', async () => {
      await cache.mset([
        { key: '/a', value: 1 },
        { key: '/b', value: 2, ttl: 10_000 },
      ]);
      expect(await cache.mget(['/b', '/none', '/a'])).toEqual([2, undefined, 1]);
      await cache.mdel(['/a', '/b']);
      expect(await cache.mget(['/a', '/b'])).toEqual([undefined, undefined]);
    });

    it('runs wrapped work once', async () => {
      const work = jest.fn(async () => ({ n: 1 }));
      expect(await cache.wrap('/api/x', work, 10_000)).toEqual({ n: 1 });
      expect(await cache.wrap('/api/x', work, 10_000)).toEqual({ n: 1 });
      expect(work).toHaveBeenCalledTimes(1);
    });

    it('can be cleared', async () => {
      await Promise.all(Array.from({ length: 50 }, (_, i) => cache.set(`/api/${i}`, i)));
      await cache.clear();
      expect(await cache.mget(Array.from({ length: 50 }, (_, i) => `/api/${i}`))).toEqual(
        Array.from({ length: 50 }, () => undefined),
      );
    });
  });
}
