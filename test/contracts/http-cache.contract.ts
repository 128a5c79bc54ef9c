import type { Cache } from 'cache-manager';
import { eventually } from '../support/eventually.js';

export interface HttpCacheFixture {
  readonly cache: Cache;
  close(): Promise<void>;
}

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
      ['an object', { a: [1, { b: null }], text: 'ü' }],
    ])('gives back %s as it was', async (_, value) => {
      await cache.set('/api/x', value);
      expect(await cache.get('/api/x')).toEqual(value);
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
