import {
  Cached,
  CachedOptional,
  CachedQueries,
  defineCache,
  defineCachedQuery,
  type Caches,
} from '../../src/redis/index.js';
import { Deferred } from '../support/deferred.js';

interface ByWord {
  readonly word: string;
  readonly times: number;
}

const repeated = defineCache<ByWord, { readonly text: string }>({
  name: 'test.repeated',
  namespace: 'general',
  key: ({ word, times }) => `repeated:${word}:${times}`,
  ttlMs: 60_000,
  tags: ({ word }) => [`word:${word}`],
});
const meanings = defineCache<string, string>({
  name: 'test.meanings',
  namespace: 'research',
  key: (word) => `meaning:${word}`,
  ttlMs: 60_000,
  negativeTtlMs: 60_000,
});

class Dictionary {
  readonly runs: string[] = [];
  readonly #language = 'en';
  gate: Promise<void> = Promise.resolve();

  constructor(readonly caches: Caches) {}

  @Cached(repeated, (word: string, times: number) => ({ word, times }))
  async repeat(word: string, times: number): Promise<{ readonly text: string }> {
    this.runs.push(`${this.#language}:${word}:${times}`);
    await this.gate;
    if (times < 0) throw new Error('how often?');
    return { text: word.repeat(times) };
  }

  @CachedOptional(meanings, (word: string) => word)
  async meaning(word: string): Promise<string | undefined> {
    this.runs.push(word);
    return word === 'null' ? 'nothing' : undefined;
  }
}

interface Person extends Readonly<Record<string, unknown>> {
  readonly id: string;
}
const PEOPLE = 'people';
const person = defineCachedQuery<Person, { readonly name: string }>({
  name: 'test.person',
  namespace: 'users',
  reads: ({ id }) => [{ table: PEOPLE, row: id }],
  ttlMs: 60_000,
  negativeTtlMs: 60_000,
});
const everybody = defineCachedQuery<
  { readonly after?: Date; readonly limit: number },
  readonly string[]
>({
  name: 'test.everybody',
  namespace: 'users',
  reads: () => [PEOPLE, 'teams'],
  ttlMs: 60_000,
});

/** What decorators and cached queries promise on every driver. */
export function describeCachedDecorators(
  driver: string,
  open: () => Promise<{ caches: Caches; close(): Promise<void> }>,
): void {
  describe(`on ${driver}`, () => {
    let caches: Caches;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ caches, close } = await open());
    });
    afterEach(() => close());

    describe('a cached method', () => {
      it('runs once for the same parameters, on the object it was called on', async () => {
        const dictionary = new Dictionary(caches);
        const first = await dictionary.repeat('ab', 2);
        expect(first).toEqual({ text: 'abab' });
        expect(await dictionary.repeat('ab', 2)).toEqual(first);
        expect(await dictionary.repeat('ab', 3)).toEqual({ text: 'ababab' });
        expect(dictionary.runs).toEqual(['en:ab:2', 'en:ab:3']);
        expect(dictionary.repeat.name).toBe('repeat');
      });

      it('runs once for all who call at the same time', async () => {
        const dictionary = new Dictionary(caches);
        const gate = new Deferred<void>();
        dictionary.gate = gate.promise;
        const answers = Promise.all(Array.from({ length: 50 }, () => dictionary.repeat('x', 1)));
        gate.resolve();
        expect(new Set((await answers).map(({ text }) => text))).toEqual(new Set(['x']));
        expect(dictionary.runs).toHaveLength(1);
      });

      it('runs again after an invalidation by what its cache is declared with', async () => {
        const dictionary = new Dictionary(caches);
        await dictionary.repeat('ab', 2);
        await caches.invalidateTags(['word:ab']);
        await dictionary.repeat('ab', 2);
        expect(dictionary.runs).toHaveLength(2);
      });

      it('hands on its error, which is not kept', async () => {
        const dictionary = new Dictionary(caches);
        await expect(dictionary.repeat('x', -1)).rejects.toThrow('how often?');
        await expect(dictionary.repeat('x', -1)).rejects.toThrow('how often?');
        expect(dictionary.runs).toHaveLength(2);
      });

      it('that may find nothing remembers that, too', async () => {
        const dictionary = new Dictionary(caches);
        for (const _ of [1, 2]) {
          expect(await dictionary.meaning('qwz')).toBeUndefined();
          expect(await dictionary.meaning('null')).toBe('nothing');
        }
        expect(dictionary.runs).toEqual(['qwz', 'null']);
      });
    });

    describe('a cached query', () => {
      it('is asked once for the same parameters, in whichever order they stand', async () => {
        const cache = new CachedQueries(caches).use(everybody);
        const query = jest.fn(async () => ['ada']);
        const after = new Date(0);
        await cache.getOrSet({ after, limit: 5 }, query);
        expect(await cache.getOrSet({ limit: 5, after: new Date(0) }, query)).toEqual(['ada']);
        await cache.getOrSet({ limit: 6, after }, query);
        await cache.getOrSet({ limit: 5 }, query);
        expect(query).toHaveBeenCalledTimes(3);
      });

      it('is asked anew once a row or a table that it reads was written, and not for others', async () => {
        const queries = new CachedQueries(caches);
        const asked: string[] = [];
        const ask = async () => {
          asked.length = 0;
          const read = (id: string) => async () => {
            asked.push(id);
            return { name: id };
          };
          await queries.use(person).getOrSet({ id: 'ada' }, read('ada'));
          await queries.use(person).getOrSet({ id: 'ben' }, read('ben'));
          await queries.use(everybody).getOrSet({ limit: 5 }, async () => {
            asked.push('all');
            return [];
          });
          return [...asked];
        };
        expect(await ask()).toEqual(['ada', 'ben', 'all']);
        expect(await ask()).toEqual([]);
        const written = (...changed: Parameters<CachedQueries['changed']>[0]) =>
          queries.write(changed, () => Promise.resolve());
        await written({ table: PEOPLE, row: 'ada' });
        expect(await ask()).toEqual(['ada', 'all']);
        await written(PEOPLE);
        expect(await ask()).toEqual(['ada', 'ben', 'all']);
        await written('teams');
        expect(await ask()).toEqual(['all']);
        await written({ table: PEOPLE, row: 'carl' });
        expect(await ask()).toEqual(['all']);
        await written('orders');
        expect(await ask()).toEqual([]);
      });

      it('that was read before a write does not come back after it', async () => {
        const queries = new CachedQueries(caches);
        const cache = queries.use(person);
        const read = new Deferred<{ name: string }>();
        const slow = cache.getOrSet({ id: 'ada' }, () => read.promise);
        await cache.get({ id: 'nobody' });
        await queries.write([{ table: PEOPLE, row: 'ada' }], () => Promise.resolve());
        read.resolve({ name: 'old' });
        expect(await slow).toEqual({ name: 'old' });
        expect(await cache.getOrSet({ id: 'ada' }, async () => ({ name: 'new' }))).toEqual({
          name: 'new',
        });
      });

      it('is dropped also by a write that failed: its commit may have been done', async () => {
        const queries = new CachedQueries(caches);
        const cache = queries.use(person);
        await cache.set({ id: 'ada' }, { name: 'old' });
        const lost = queries.write([PEOPLE], () => Promise.reject(new Error('connection lost')));
        await expect(lost).rejects.toThrow('connection lost');
        expect(await cache.get({ id: 'ada' })).toBeUndefined();
      });

      it('answers its write with what it wrote', async () => {
        const queries = new CachedQueries(caches);
        expect(await queries.write([PEOPLE], async () => 7)).toBe(7);
      });

      it('has no name for parameters that nothing tells apart', async () => {
        const odd = defineCachedQuery<{ f: () => void }, string>({
          name: 'test.odd',
          namespace: 'general',
          reads: () => [],
          ttlMs: 60_000,
        });
        const cache = new CachedQueries(caches).use(odd);
        await expect(cache.getOrSet({ f: () => {} }, async () => 'x')).rejects.toMatchObject({
          code: 'cache.invalid_key',
        });
      });
    });
  });
}
