import '../support/quiet.js';
import type { Cache } from 'cache-manager';
import type { Keyv } from 'keyv';
import { createHttpCache, httpCacheNamespace } from '../../src/redis/cache/http/cache-manager.js';
import { RedisHttpCacheStore } from '../../src/redis/cache/http/redis.http-cache-store.js';
import { createKeyBuilder } from '../../src/redis/keys/redis-key.js';
import { eventually } from '../support/eventually.js';
import { ttlsByKey } from '../support/keyspace.js';
import { openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { RedisMonitor } from '../support/redis-monitor.js';
import { PrivateRedis } from '../support/redis-server.js';
import { LEISURELY_MS } from './http-cache.contract.js';

/** All that it takes to serve responses. None of them can touch what is not named in it. */
const ALLOWED = ['get', 'mget', 'set', 'unlink', 'ping', 'scan'];

/** One call at least of each method, so that a new one in a newer version is noticed. */
const CACHE_CALLS: Record<string, (cache: Cache) => unknown> = {
  get: (cache) => cache.get('/a'),
  mget: (cache) => cache.mget(['/a', '/b']),
  set: (cache) => Promise.all([cache.set('/a', 1), cache.set('/c', null, 0)]),
  mset: (cache) =>
    cache.mset([
      { key: '/a', value: 1 },
      { key: '/b', value: 2, ttl: 50 },
    ]),
  ttl: (cache) => cache.ttl('/a'),
  del: (cache) => cache.del('/a'),
  mdel: (cache) => cache.mdel(['/a', '/b']),
  wrap: (cache) => cache.wrap('/w', async () => 1, { ttl: 1_000, refreshThreshold: 5_000 }),
  clear: (cache) => cache.clear(),
  on: (cache) => cache.on('set', () => undefined),
  off: (cache) => cache.off('set', () => undefined),
  disconnect: (cache) => cache.disconnect(),
  cacheId: (cache) => cache.cacheId(),
};
const KEYV_CALLS: Record<string, (keyv: Keyv) => unknown> = {
  get: (keyv) => Promise.all([keyv.get('/a'), keyv.get(['/a', '/b'], { raw: true })]),
  getMany: (keyv) => keyv.getMany(['/a', '/b']),
  getRaw: (keyv) => keyv.getRaw('/a'),
  getManyRaw: (keyv) => keyv.getManyRaw(['/a', '/b']),
  set: (keyv) => keyv.set('/a', 1),
  setMany: (keyv) =>
    keyv.setMany([
      { key: '/a', value: 1 },
      { key: '/b', value: 2, ttl: 9 },
    ]),
  delete: (keyv) => Promise.all([keyv.delete('/a'), keyv.delete(['/a', '/b'])]),
  deleteMany: (keyv) => keyv.deleteMany(['/a', '/b']),
  clear: (keyv) => keyv.clear(),
  has: (keyv) => Promise.all([keyv.has('/a'), keyv.has(['/a', '/b'])]),
  hasMany: (keyv) => keyv.hasMany(['/a', '/b']),
  disconnect: (keyv) => keyv.disconnect(),
  emit: (keyv) => keyv.emit('error', new Error('heard by nobody')),
  generateIterator: (keyv) => keyv.generateIterator(async function* () {}),
  serializeData: (keyv) => keyv.serializeData({ value: 1 }),
  deserializeData: (keyv) => keyv.deserializeData('{"value":1}'),
};

/** Of those that Keyv calls its own business by their name. */
const isPublic = (name: string): boolean => !name.startsWith('_') && name !== 'constructor';

function methodsOf(keyv: Keyv): string[] {
  const prototype: object = Object.getPrototypeOf(keyv);
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => isPublic(name) && typeof value === 'function')
    .map(([name]) => name);
}

describe('the CACHE_MANAGER of a shared Redis', () => {
  let redis: PrivateRedis;
  let instance: RedisInstance;
  let cache: Cache;
  let keyv: Keyv;
  let monitor: RedisMonitor;
  let sent: string[];
  beforeAll(async () => {
    redis = await PrivateRedis.start();
  });
  afterAll(() => redis.remove());
  beforeEach(async () => {
    instance = await openRedisInstance('safety', redis.url);
    const stem = `${httpCacheNamespace(instance.keys)}:`;
    cache = createHttpCache(
      new RedisHttpCacheStore(instance.connections.command, stem, LEISURELY_MS),
      instance.keys,
    );
    keyv = cache.stores[0] as Keyv;
    monitor = await RedisMonitor.open(redis.url);
    sent = [];
    monitor.onCommand(({ name }) => sent.push(name));
  });
  afterEach(async () => {
    monitor.close();
    await instance.close();
    await redis.flush();
  });

  /** All that Redis was asked until now. */
  async function commands(): Promise<Set<string>> {
    await instance.connections.command.call('ECHO', 'the end');
    await eventually(() => expect(sent.at(-1)).toBe('echo'));
    const names = new Set(sent.splice(0));
    names.delete('echo');
    return names;
  }

  it('sends nothing but reads, writes and removals of single keys, whatever is called', async () => {
    const all = [...Object.keys(cache), ...methodsOf(keyv)].filter((name) => name !== 'stores');
    expect([...Object.keys(CACHE_CALLS), ...Object.keys(KEYV_CALLS)].sort()).toEqual(all.sort());
    await commands();
    for (const call of Object.values(CACHE_CALLS)) await call(cache);
    for (const call of Object.values(KEYV_CALLS)) await call(keyv);
    const names = await commands();
    expect([...names].filter((name) => !ALLOWED.includes(name))).toEqual([]);
    expect([...names].sort()).toEqual([...ALLOWED].sort());
  });

  it('leaves the keys of everybody else alone, and the shared connection open', async () => {
    const { command } = instance.connections;
    const others = ['sess', 'q', 'rl', 'lock'].map((area) => `safety:${area}:x`);
    const near = ['safety:cache:general:httpx', 'safety:cache:general:http', 'foreign'];
    for (const key of [...others, ...near]) await command.set(key, 'mine', 'PX', 60_000);
    for (const call of Object.values(CACHE_CALLS)) await call(cache);
    for (const call of Object.values(KEYV_CALLS)) await call(keyv);
    await cache.clear();
    await cache.disconnect();
    expect(await command.mget([...others, ...near])).toEqual(
      [...others, ...near].map(() => 'mine'),
    );
    expect(command.status).toBe('ready');
    expect(await command.ping()).toBe('PONG');
  });

  it('clears no more than its own where the key prefix looks like a pattern', async () => {
    const { command } = instance.connections;
    const keys = createKeyBuilder('b[o]*?');
    const own = createHttpCache(
      new RedisHttpCacheStore(command, `${httpCacheNamespace(keys)}:`, LEISURELY_MS),
      keys,
    );
    await command.set('bo:cache:general:http:/x', 'of a neighbour', 'PX', 60_000);
    await own.set('/x', 1);
    await own.clear();
    expect(await own.get('/x')).toBeUndefined();
    expect(await command.get('bo:cache:general:http:/x')).toBe('of a neighbour');
  });

  it('reads many with one command, and writes many in one go', async () => {
    await cache.mset(['/a', '/b', '/c'].map((key) => ({ key, value: key })));
    await commands();
    sent.length = 0;
    expect(await cache.mget(['/a', '/b', '/none', '/c'])).toEqual(['/a', '/b', undefined, '/c']);
    expect([...(await commands())]).toEqual(['mget']);
  });

  it('gives every key an end, whatever was asked for', async () => {
    const wishes = [undefined, 0, 0.25, 1_500.5, Infinity, NaN, 1e15];
    for (const [i, ttl] of wishes.entries()) {
      await cache.set(`/set${i}`, 1, ttl);
      await cache.mset([{ key: `/mset${i}`, value: 1, ...(ttl !== undefined && { ttl }) }]);
      await keyv.set(`/keyv${i}`, 1, ttl);
      await cache.wrap(`/wrap${i}`, async () => 1, ttl);
    }
    const ttls = await ttlsByKey(instance.connections.command, 'safety');
    expect(ttls.size).toBeGreaterThanOrEqual(4 * (wishes.length - 1));
    const thirtyDaysMs = 30 * 86_400_000;
    expect([...ttls].filter(([, ttlMs]) => ttlMs === -1 || ttlMs > thirtyDaysMs)).toEqual([]);
  });

  it('takes a TTL below zero for the end of what was there', async () => {
    await cache.set('/x', 'old');
    await cache.set('/x', 'new', -1);
    expect(await cache.get('/x')).toBeUndefined();
  });

  it.each([
    ['a function that its library would bring to life', '"_function_f|() => 1"'],
    ['a date of its library', '"_date_2024-01-02T00:00:00.000Z"'],
    ['no JSON at all', '{oops'],
    ['another type', undefined],
  ])('takes %s that stands in its place for a miss', async (_, text) => {
    const { command } = instance.connections;
    const key = 'safety:cache:general:http:/x';
    await (text === undefined ? command.hset(key, 'a', '1') : command.set(key, text));
    await cache.set('/y', 1);
    expect(await cache.get('/x')).toBeUndefined();
    expect(await cache.mget(['/x', '/y'])).toEqual([undefined, 1]);
    expect(await cache.wrap('/x', async () => 'anew')).toBe('anew');
  });
});
