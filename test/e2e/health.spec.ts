import { setTimeout as pause } from 'node:timers/promises';
import type {
  CacheHealth,
  DetailedHealth,
  RedisHealth,
} from '../../src/modules/health/figures/health.dto.js';
import { Caches, defineCache, defineWriteBehind, WriteBehinds } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import { testRedisUrl } from '../support/servers/index.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';

const TOKEN = 'a-token-of-enough-characters';

describe.each(BACKENDS)('health and metrics on $name', (backend) => {
  const embedded = backend.name === 'embedded';
  let bourse: Bourse;
  let anybody: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, { METRICS_TOKEN: TOKEN });
    anybody = bourse.client();
  });
  afterAll(() => bourse.close());

  const scrape = async (): Promise<string> => {
    const answer = await anybody.get<string>('/metrics', { authorization: `Bearer ${TOKEN}` });
    expect(answer.status).toBe(200);
    return answer.body;
  };
  /** Value by labels, as they stand in the text. */
  const series = async (name: string): Promise<Map<string, number>> => {
    const lines = (await scrape()).split('\n').filter((line) => !line.startsWith('#'));
    const found = lines.flatMap((line) => {
      const [, of, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      return of === name ? [[labels, Number(value)] as const] : [];
    });
    return new Map(found);
  };

  it('tells monitors about each service', async () => {
    const { status, headers, body } = await anybody.get<DetailedHealth>('/health/detailed');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body.status).toBe('healthy');
    expect(body.services.database).toMatchObject({
      status: 'healthy',
      connected: true,
      kind: embedded ? 'pglite' : 'postgres',
      latency_ms: expect.any(Number) as number,
    });
    expect(body.services.redis).toMatchObject(
      embedded
        ? {
            status: 'healthy',
            mode: 'memory',
            memory_usage: null,
            note: expect.any(String) as string,
          }
        : {
            status: 'healthy',
            connected: true,
            mode: 'redis',
            note: null,
            memory_usage: expect.stringMatching(/^[\d.]+[KMG]?B$/) as string,
            total_commands: expect.any(Number) as number,
            uptime_seconds: expect.any(Number) as number,
            connected_clients: expect.any(Number) as number,
          },
    );
  });

  it('tells monitors about Redis and the caches', async () => {
    const trader = await bourse.trader();
    await trader.get('/api/users/me');
    const redis = await anybody.get<RedisHealth>('/health/redis');
    const cache = await anybody.get<CacheHealth>('/health/cache');
    expect([redis.status, cache.status]).toEqual([200, 200]);
    if (embedded) {
      expect(redis.body).toMatchObject({ status: 'healthy', info: null });
      expect(cache.body).toMatchObject({
        ...{ status: 'healthy', memory: null, keys: null },
        link: { state: 'alone', owed_invalidations: 0 },
      });
      expect(redis.body.note).toContain('No Redis is configured');
      return;
    }
    expect(redis.body.info).toMatchObject({
      server: { version: expect.stringMatching(/^\d+\./) as string, mode: 'standalone' },
      clients: { connected: expect.any(Number) as number, blocked: expect.any(Number) as number },
    });
    const { created_connections: created, available_connections: available } = redis.body.info
      ?.pool ?? { created_connections: 0, available_connections: 0 };
    expect(created).toBeGreaterThanOrEqual(3);
    expect(available).toBe(created);
    // Counted anew every 15 s.
    await eventually(
      async () => {
        const { keys, link, status } = (await anybody.get<CacheHealth>('/health/cache')).body;
        expect({ link, status }).toMatchObject({
          ...{ status: 'healthy', link: { state: 'coherent', owed_invalidations: 0 } },
        });
        expect(keys?.bytes_by_namespace).toMatchObject({ users: expect.any(Number) as number });
        const sizes = Object.values(keys?.bytes_by_namespace ?? {});
        expect(sizes.reduce((total, bytes) => total + bytes, 0)).toBe(keys?.bytes);
        expect(keys?.bytes).toBeGreaterThan(keys?.total ?? Infinity);
        expect(keys?.by_namespace).toMatchObject({ users: expect.any(Number) as number });
        const counts = Object.values(keys?.by_namespace ?? {});
        expect(counts.reduce((total, count) => total + count, 0)).toBe(keys?.total);
      },
      { timeoutMs: 20_000, intervalMs: 500 },
    );
  });

  it('gives the metrics to nobody without the token', async () => {
    const tokens = [undefined, 'Bearer', 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`];
    for (const token of tokens) {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: token };
      const answer = await anybody.get<Problem>('/metrics', headers);
      expect(answer).toMatchObject({ status: 401, body: { code: 'metrics.unauthenticated' } });
    }
    const admin = await bourse.admin();
    expect((await admin.get('/metrics')).status).toBe(401);
  });

  it('counts requests by route, and invented addresses as one', async () => {
    await anybody.get('/health/live');
    for (let i = 0; i < 20; i += 1) await anybody.get(`/invented/${i}?x=${i}`);
    await anybody.get(`/api/market/quotes/AAPL`);
    await anybody.get(`/api/market/quotes/NO.SUCH`);
    const counts = await series('bourse_http_request_duration_seconds_count');
    expect(counts.get('method="GET",route="/health/live",status="200"')).toBeGreaterThan(0);
    expect(counts.get('method="GET",route="none",status="404"')).toBeGreaterThanOrEqual(20);
    expect([...counts.keys()].join()).not.toMatch(/invented|AAPL|NO\.SUCH/);
    expect([...counts.keys()].join()).toContain('route="/api/market/quotes/:symbol"');
  });

  it('shows what each cache did, and how the process stands to the others', async () => {
    const trader = await bourse.trader();
    const labels = 'cache="users.profile",namespace="users"';
    const hits = async (tier: string) =>
      (await series('bourse_cache_hits_total')).get(`${labels},tier="${tier}"`) ?? Number.NaN;
    const [localHits, redisHits] = [await hits('local'), await hits('redis')];
    for (let i = 0; i < 3; i += 1) await trader.get('/api/users/me');
    expect((await hits('local')) - localHits).toBeGreaterThanOrEqual(2);
    expect((await hits('redis')) - redisHits).toBeGreaterThanOrEqual(0);

    const text = await scrape();
    const perCache = [
      ...['misses_total', 'stale_served_total', 'coalesced_total', 'awaited_total'],
      ...['loads_total', 'load_errors_total', 'load_seconds_total', 'refreshes_total'],
      ...['refused_total', 'unreadable_total', 'evictions_total'],
      ...['local_entries', 'local_bytes', 'ttl_seconds'],
    ];
    for (const name of perCache) {
      expect(text).toMatch(new RegExp(`^bourse_cache_${name}\\{${labels}\\} [\\d.e-]+$`, 'm'));
    }
    expect((await series('bourse_cache_ttl_seconds')).get(labels)).toBe(900);
    expect((await series('bourse_cache_local_entries')).get(labels)).toBeGreaterThan(0);
    expect((await series('bourse_cache_loads_total')).get(labels)).toBeGreaterThan(0);

    await eventually(async () => {
      const link = await series('bourse_cache_link');
      expect([...link.values()].reduce((sum, value) => sum + value, 0)).toBe(1);
      expect(link.get(`state="${embedded ? 'alone' : 'coherent'}"`)).toBe(1);
    });
    for (const name of ['owed_invalidations', 'gaps_total', 'resets_total', 'store_errors_total']) {
      expect((await series(`bourse_cache_${name}`)).get('')).toBeGreaterThanOrEqual(0);
    }
    // By what the server knows: neither users nor keys.
    expect(text).not.toContain(trader.user.id);
  });

  it('shows how long the loads of each cache took, in seconds, and nothing of hits', async () => {
    const slow = defineCache<string, number>({
      ...{ name: 'test.slow-source', namespace: 'general', key: (id) => `${id}:slow-source` },
      ttlMs: 60_000,
    });
    const cache = bourse.app.get(Caches).use(slow);
    for (let i = 0; i < 3; i += 1) await cache.getOrSet('x', () => pause(30, i));
    const labels = 'cache="test.slow-source",namespace="general"';
    const of = async (name: string) => series(`bourse_cache_load_duration_seconds_${name}`);
    const buckets = await of('bucket');
    const upTo = (le: string) => buckets.get(`le="${le}",${labels}`);
    expect([upTo('0.01'), upTo('+Inf')]).toEqual([0, 1]);
    expect((await of('count')).get(labels)).toBe(1);
    const seconds = (await of('sum')).get(labels);
    expect(seconds).toBeGreaterThan(0.028);
    expect((await series('bourse_cache_load_seconds_total')).get(labels)).toBe(seconds);
    expect(await scrape()).toMatch(/^# TYPE bourse_cache_load_duration_seconds histogram$/m);
  });

  it('shows what each write-behind owes its source', async () => {
    expect(await scrape()).not.toContain('bourse_cache_write_behind_pending{');
    const taken: string[] = [];
    let isAway = true;
    const behind = bourse.app.get(WriteBehinds).use(
      defineWriteBehind<string, number>({
        name: 'test.pages',
        cache: defineCache({
          ...{ name: 'test.pages', namespace: 'general', key: (id) => `${id}:pages` },
          ttlMs: 60_000,
        }),
        ...{ flushEveryMs: 30_000, maxPending: 10, maxBatch: 10, durability: 'journaled' },
      }),
      async (writes) => {
        if (isAway) throw new Error('the source is away');
        taken.push(...writes.map(({ params }) => params));
      },
    );
    await behind.write('ada', 1);
    await behind.write('bob', 1);
    await behind.flush();
    const labels = 'write_behind="test.pages",durability="journaled"';
    const of = async (name: string) =>
      (await series(`bourse_cache_write_behind_${name}`)).get(labels);
    // Scrapes within some seconds are told the same.
    const shows = (figures: Readonly<Record<string, number>>) =>
      eventually(
        async () => {
          const shown = Object.keys(figures).map(async (name) => [name, await of(name)]);
          expect(Object.fromEntries(await Promise.all(shown))).toEqual(figures);
        },
        { timeoutMs: 15_000, intervalMs: 250 },
      );
    await shows({ pending: 2, acknowledged_total: 2, refused_total: 0, flushed_total: 0 });
    expect(await of('failed_total')).toBeGreaterThanOrEqual(2);
    expect(await of('oldest_age_seconds')).toBeGreaterThan(0);
    expect(await of('oldest_age_seconds')).toBeLessThan(60);
    isAway = false;
    await behind.flush();
    expect(taken.sort()).toEqual(['ada', 'bob']);
    await shows({ pending: 0, flushed_total: 2, oldest_age_seconds: 0 });
  }, 40_000);

  it('shows the process, the queues and the sockets', async () => {
    const text = await scrape();
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    expect(text).toContain('process_cpu_user_seconds_total');
    const trader = await bourse.trader();
    await eventually(
      async () => {
        const jobs = await series('bourse_queue_jobs');
        expect(jobs.get('queue="maintenance",state="waiting"')).toBe(0);
        expect(jobs.has('queue="trading",state="completed"')).toBe(true);
      },
      { timeoutMs: 15_000, intervalMs: 250 },
    );

    const before = (await series('bourse_live_sockets')).get('') ?? Number.NaN;
    const live = await LiveClient.connect(bourse.url, { token: trader.token });
    expect((await series('bourse_live_sockets')).get('')).toBe(before + 1);
    live.close();
    await eventually(async () =>
      expect((await series('bourse_live_sockets')).get('')).toBe(before),
    );
    expect((await series('bourse_redis_up')).get('')).toBe(embedded ? undefined : 1);
  });
});

describe('metrics without a token', () => {
  const [, production] = BACKENDS;
  if (production === undefined) throw new Error('no production-like backend');

  it('are open while one develops, and not there in production', async () => {
    const [embedded] = BACKENDS;
    if (embedded === undefined) throw new Error('no embedded backend');
    const open = await startBourse(embedded);
    expect((await open.client().get('/metrics')).status).toBe(200);
    await open.close();

    const keys = `k1:${Buffer.alloc(32, 'k').toString('base64')}`;
    const closed = await startBourse(production, {
      NODE_ENV: 'production',
      ENCRYPTION_KEYS: keys,
    });
    expect(await closed.client().get('/metrics')).toMatchObject({
      status: 404,
      body: { code: 'request.no_such_route' },
    });
    await closed.close();
  });
});

describe('health while Redis is away', () => {
  it('is degraded, ready, and says what is wrong', async () => {
    const [, backend] = BACKENDS;
    if (backend === undefined) throw new Error('no backend with Redis');
    const proxy = new TcpProxy(testRedisUrl());
    await proxy.up();
    const bourse = await startBourse(backend, { REDIS_URL: proxy.url });
    const anybody = bourse.client();
    expect((await anybody.get('/health/redis')).status).toBe(200);
    await proxy.down();
    await eventually(
      async () => {
        expect(await anybody.get('/health/redis')).toMatchObject({
          status: 503,
          body: { status: 'unhealthy', connected: false, info: null },
        });
        expect(await anybody.get('/health/detailed')).toMatchObject({
          status: 200,
          body: { status: 'degraded', services: { redis: { connected: false } } },
        });
        expect(await anybody.get('/health/cache')).toMatchObject({
          status: 200,
          body: { status: 'degraded', memory: null, link: { state: 'detached' } },
        });
      },
      { timeoutMs: 10_000 },
    );
    expect((await anybody.get('/health/ready')).status).toBe(200);
    await eventually(
      async () => {
        const { status, body } = await anybody.get<string>('/metrics');
        expect(status).toBe(200);
        expect(body).toContain('bourse_redis_up 0');
        expect(body).toContain('bourse_cache_link{state="detached"} 1');
        // What is not known is absent, not zero.
        expect(body).not.toContain('bourse_queue_jobs{');
        expect(body).not.toMatch(/^bourse_redis_used_memory_bytes /m);
      },
      { timeoutMs: 10_000, intervalMs: 500 },
    );
    await bourse.close();
    await proxy.down();
  }, 40_000);
});
