import '../support/quiet.js';
import { SetMetadata } from '@nestjs/common';
import { parseConfig } from '../../src/config/config.js';
import { systemClock } from '../../src/kernel/clock.js';
import {
  Cached,
  CachedOptional,
  CachedQueries,
  defineCache,
  defineCachedQuery,
  type Caches,
} from '../../src/redis/index.js';
import { createKeyBuilder } from '../../src/redis/keys/redis-key.js';
import { createMemoryDrivers } from '../../src/redis/memory.drivers.js';
import { createRedisDrivers } from '../../src/redis/redis.drivers.js';
import { eventually } from '../support/eventually.js';
import { openRedisInstance, unhurried, type RedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { describeCachedDecorators } from './cached-decorators.contract.js';

const cachesOf = async ({ config, connections, keys }: RedisInstance): Promise<Caches> =>
  (await createRedisDrivers(unhurried(config), connections, keys, systemClock)).caches;

describeCachedDecorators('memory', async () => {
  const { caches } = createMemoryDrivers(
    parseConfig({ NODE_ENV: 'test' }),
    createKeyBuilder('test'),
    systemClock,
  );
  return { caches, close: () => Promise.resolve() };
});

describeCachedDecorators('redis', async () => {
  const instance = await openRedisInstance(createTestRedisPrefix());
  return { caches: await cachesOf(instance), close: () => instance.close() };
});

const name = defineCachedQuery<{ readonly id: string }, string>({
  name: 'test.name',
  namespace: 'users',
  reads: ({ id }) => [{ table: 'people', row: id }],
  ttlMs: 60_000,
});

describe('a cached query of two instances', () => {
  it('is asked anew on each once either has written', async () => {
    const prefix = createTestRedisPrefix();
    const [here, there] = await Promise.all(
      [1, 2].map(async () => new CachedQueries(await cachesOf(await openRedisInstance(prefix)))),
    );
    if (!here || !there) throw new Error('two instances were opened');
    let stored = 'Ada';
    const read = (queries: CachedQueries) =>
      queries.use(name).getOrSet({ id: 'a' }, () => Promise.resolve(stored));
    expect([await read(here), await read(there)]).toEqual(['Ada', 'Ada']);
    await here.write([{ table: 'people', row: 'a' }], async () => {
      stored = 'Ada Lovelace';
    });
    expect(await read(here)).toBe('Ada Lovelace');
    await eventually(async () => expect(await read(there)).toBe('Ada Lovelace'));
  });
});

const sizes = defineCache<{ readonly word: string }, number>({
  name: 'test.sizes',
  namespace: 'general',
  key: ({ word }) => word,
  ttlMs: 60_000,
});

describe('@Cached', () => {
  /** Whether a decorator can stand on a method of a class, as the compiler sees it. */
  type Fits<Decorator extends (...args: never) => void, Host, Method> = [
    Host,
    TypedPropertyDescriptor<Method>,
  ] extends [Parameters<Decorator>[0], Parameters<Decorator>[2]]
    ? true
    : false;
  interface Host {
    readonly caches: Caches;
  }

  it('fits a method with the parameters of its key and the value of its cache, and no other', () => {
    const decorator = Cached(sizes, (word: string) => ({ word }));
    const optional = CachedOptional({ ...sizes, negativeTtlMs: 1 }, (word: string) => ({ word }));
    type One = typeof decorator;
    type Optional = typeof optional;
    const fits: [
      Fits<One, Host, (word: string) => Promise<number>>,
      Fits<One, Host, (word: string, other: number) => Promise<number>>,
      Fits<One, Host, (word: number) => Promise<number>>,
      Fits<One, Host, (word: string) => Promise<string>>,
      Fits<One, Host, (word: string) => Promise<number | undefined>>,
      Fits<One, Host, (word: string) => number>,
      Fits<One, object, (word: string) => Promise<number>>,
      Fits<Optional, Host, (word: string) => Promise<number | undefined>>,
    ] = [true, false, false, false, false, false, false, true];
    expect(fits.filter((fit) => fit)).toHaveLength([decorator, optional].length);
  });

  it('refuses a method that may find nothing for a cache that does not remember that', () => {
    expect(() => CachedOptional(sizes, (word: string) => ({ word }))).toThrow(
      expect.objectContaining({ code: 'cache.invalid_definition' }),
    );
  });

  it('keeps what other decorators wrote on the method', () => {
    class Things {
      constructor(readonly caches: Caches) {}

      @Cached(sizes, (word: string) => ({ word }))
      @SetMetadata('mark', 7)
      async size(word: string): Promise<number> {
        return word.length;
      }
    }
    expect(Reflect.getMetadata('mark', Things.prototype.size)).toBe(7);
  });
});
