import '../support/quiet.js';
import { CacheInterceptor, CacheTTL } from '@nestjs/cache-manager';
import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { parseConfig } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { DatabaseModule } from '../../src/database/index.js';
import { systemClock } from '../../src/kernel/clock.js';
import { Correlation } from '../../src/kernel/correlation.js';
import {
  Caches,
  defineCache,
  LockManager,
  PubSub,
  RateLimiter,
  RedisDiagnostics,
  RedisModule,
  SessionStore,
} from '../../src/redis/index.js';
import { RedisConnections } from '../../src/redis/connection/redis-connections.js';
import { eventually } from '../support/eventually.js';
import {
  createTestDatabase,
  createTestRedisPrefix,
  testRedisUrl,
  type TestDatabase,
} from '../support/servers/index.js';
import { NO_REDIS_URL } from '../support/redis-instance.js';

const prices = defineCache<string, number>({
  name: 'test.prices',
  namespace: 'market',
  key: (symbol) => symbol,
  ttlMs: 60_000,
});

const login = { userId: 'ada', ip: '192.0.2.7', userAgent: 'x' };

@Controller('prices')
@UseInterceptors(CacheInterceptor)
class PricesController {
  #calls = 0;

  @Get()
  @CacheTTL(10_000)
  list(): { calls: number; note: string } {
    this.#calls += 1;
    return { calls: this.#calls, note: '_date_2024-01-02' };
  }
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function start(variables: Record<string, string>): Promise<NestFastifyApplication> {
  const context = {
    config: parseConfig({ ...variables, DATABASE_URL: database.url }),
    clock: systemClock,
    correlation: new Correlation(),
  };
  const module = await Test.createTestingModule({
    imports: [ConfigModule.forRoot(context), DatabaseModule, RedisModule.forRoot()],
    controllers: [PricesController],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await app.init();
  return app;
}

const settings: [string, 'redis' | 'memory', () => Record<string, string>][] = [
  ['without Redis', 'memory', () => ({})],
  [
    'with a Redis that is switched off',
    'memory',
    () => ({ REDIS_URL: testRedisUrl(), REDIS_ENABLED: 'false' }),
  ],
  [
    'with Redis',
    'redis',
    () => ({ REDIS_URL: testRedisUrl(), REDIS_KEY_PREFIX: createTestRedisPrefix() }),
  ],
];

describe.each(settings)('the Redis module %s', (_, mode, variables) => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    app = await start(variables());
  });
  afterAll(() => app.close());

  it(`serves every ability in ${mode}`, async () => {
    expect(await app.get(RedisDiagnostics).ping()).toEqual({
      mode,
      latencyMs: expect.any(Number) as number,
    });
    expect(
      await app
        .get(Caches)
        .use(prices)
        .getOrSet('AAPL', async () => 213.5),
    ).toBe(213.5);
    expect(
      await app.get(LockManager).using('test', 'x', { ttlMs: 1_000 }, async () => 'held'),
    ).toBe('held');
    const policy = { name: 'test', limit: 1, windowMs: 1_000 };
    expect(await app.get(RateLimiter).consume(policy, 'x')).toMatchObject({ allowed: true });
    const { token } = await app.get(SessionStore).create(login);
    expect(await app.get(SessionStore).validate(token)).toMatchObject(login);
    expect(await app.get(PubSub).publishSequenced('test', null)).toMatchObject({ seq: 1 });
  });

  it('serves Nest’s CacheInterceptor', async () => {
    const ask = () => app.inject({ method: 'GET', url: '/prices?q=1' });
    const first = await ask();
    expect(first.headers['x-cache']).toBe('MISS');
    // The interceptor stores in the background.
    const second = await eventually(async () => {
      const answer = await ask();
      expect(answer.headers['x-cache']).toBe('HIT');
      return answer;
    });
    expect(second.json()).toMatchObject({ note: '_date_2024-01-02' });
  });
});

describe('the Redis module with the cache switched off', () => {
  it('asks the source every time', async () => {
    const app = await start({ CACHE_ENABLED: 'false' });
    const cache = app.get(Caches).use(prices);
    await cache.set('AAPL', 1);
    expect(await cache.get('AAPL')).toBeUndefined();
    expect(await cache.getOrSet('AAPL', async () => 2)).toBe(2);
    expect(await cache.getOrSetOptional('AAPL', async () => undefined)).toBeUndefined();
    for (const calls of [1, 2, 3]) {
      const answer = await app.inject({ method: 'GET', url: '/prices' });
      expect(answer.json()).toMatchObject({ calls });
    }
    await app.close();
  });
});

describe('the Redis module with a Redis that is away', () => {
  it('starts, serves what needs no Redis, says what does, and ends', async () => {
    const startedAtMs = performance.now();
    const app = await start({ REDIS_URL: NO_REDIS_URL });
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);

    await expect(app.get(RedisDiagnostics).ping()).rejects.toMatchObject({
      code: 'redis.unavailable',
    });
    expect(
      await app
        .get(Caches)
        .use(prices)
        .getOrSet('AAPL', async () => 1),
    ).toBe(1);
    expect((await app.inject({ method: 'GET', url: '/prices' })).json()).toMatchObject({
      calls: 1,
    });
    const policy = { name: 'test', limit: 1, windowMs: 1_000 };
    expect(await app.get(RateLimiter).consume(policy, 'x')).toMatchObject({ allowed: true });
    const { token } = await app.get(SessionStore).create(login);
    expect(await app.get(SessionStore).validate(token)).toMatchObject(login);

    const closingAtMs = performance.now();
    await app.close();
    expect(performance.now() - closingAtMs).toBeLessThan(5_000);
  });
});

describe('the Redis module when the application ends', () => {
  it('closes every connection it made', async () => {
    const prefix = createTestRedisPrefix();
    const app = await start({ REDIS_URL: testRedisUrl(), REDIS_KEY_PREFIX: prefix });
    const connections = app.get(RedisConnections);
    const clients = [
      connections.command,
      connections.create('queue'),
      connections.create('worker'),
    ];
    for (const client of clients) expect(await connections.waitUntilReady(client)).toBe(true);
    await app.close();
    expect(clients.map(({ status }) => status)).toEqual(['end', 'end', 'end']);

    const watcher = await start({
      REDIS_URL: testRedisUrl(),
      REDIS_KEY_PREFIX: createTestRedisPrefix(),
    });
    const list = String(await watcher.get(RedisConnections).command.call('CLIENT', 'LIST'));
    expect(list).not.toContain(`name=${prefix}-`);
    await watcher.close();
  });
});
