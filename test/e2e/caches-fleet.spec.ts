import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CacheList } from '../../src/modules/monitoring/caches/caches.dto.js';
import { eventually } from '../support/eventually.js';
import { testRedisUrl } from '../support/servers/index.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startBourse, startOn, type Bourse } from './support/bourse.js';
import {
  fill,
  INVALIDATIONS,
  kept,
  KEYS,
  lifeMs,
  PATH,
  probe,
  probes,
  TTL_MS,
  USER,
  without,
} from './support/cache-probes.js';

jest.setTimeout(60_000);

describe.each(BACKENDS)('a TTL that was changed on $name', (kind) => {
  it('is the same after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bourse-caches-'));
    const made = await kind.create();
    const backend: Backend =
      kind.name === 'embedded' ? { ...made, env: { ...made.env, DATA_DIR: folder } } : made;
    const ttlOf = async (bourse: Bourse) => {
      const { body } = await (await bourse.admin()).get<CacheList>(PATH);
      return body.items.find(({ name }) => name === 'users.profile')?.ttlMs;
    };
    const first = await startOn(backend);
    await (await first.admin()).patch(`${PATH}/users.profile`, { ttlMs: 1_234 });
    expect(await ttlOf(first)).toBe(1_234);
    await first.close();
    const second = await startOn(backend);
    expect(await ttlOf(second)).toBe(1_234);
    await second.close();
    await made.remove();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);
});

const WHOLE = { state: 'coherent', owedInvalidations: 0 };

describe('the caches of two instances', () => {
  const [, kind] = BACKENDS;
  let backend: Backend;
  let proxy: TcpProxy;
  let here: Bourse;
  let there: Bourse;

  beforeAll(async () => {
    if (kind === undefined) throw new Error('no backend with Redis');
    backend = await kind.create();
    proxy = new TcpProxy(testRedisUrl());
    await proxy.up();
    // One makes the tables, the other finds them.
    here = await startOn(backend, { REDIS_URL: proxy.url });
    there = await startOn(backend);
    probes(here);
    probes(there);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([here?.close(), there?.close()]);
    await proxy?.down();
    await backend?.remove();
  });

  const ttlThere = () =>
    probes(there)
      .caches.statistics()
      .find(({ name }) => name === probe.name)?.ttlMs;

  it('have the same TTL soon after its change', async () => {
    const admin = await here.admin();
    for (const ttlMs of [1_500, null]) {
      expect((await admin.patch(`${PATH}/${probe.name}`, { ttlMs })).status).toBe(200);
      await eventually(() => expect(ttlThere()).toBe(ttlMs ?? TTL_MS), { timeoutMs: 10_000 });
    }
    await admin.patch(`${PATH}/${probe.name}`, { ttlMs: 1_500 });
    await eventually(async () => expect(await lifeMs(there)).toBeLessThanOrEqual(1_500));
    await admin.patch(`${PATH}/${probe.name}`, { ttlMs: null });
  });

  it('lose what an operator drops on one of them', async () => {
    await fill(here);
    const admin = await here.admin();
    for (const [request, gone] of [
      [{ user: USER }, ['user']],
      [{ namespace: 'general', pattern: 'pl*' }, ['user', 'plain']],
      [{ all: true }, [...KEYS, 'elsewhere']],
    ] as const) {
      // Held by the other one itself, so that a message alone can tell it.
      await kept(there);
      expect((await admin.post(INVALIDATIONS, request)).status).toBe(200);
      await eventually(async () => expect(await kept(there)).toEqual(without(...gone)));
    }
  });

  it('agree on both once a Redis that one of them could not reach is back', async () => {
    await fill(here);
    await eventually(async () => expect(await kept(there)).toEqual(without()));
    const admin = await here.admin();
    await proxy.down();
    await eventually(() => expect(probes(here).caches.link().state).toBe('detached'), {
      timeoutMs: 10_000,
    });
    expect((await admin.patch(`${PATH}/${probe.name}`, { ttlMs: 2_500 })).status).toBe(200);
    expect(await admin.post(INVALIDATIONS, { all: true })).toMatchObject({
      status: 202,
      body: { complete: false, keys: null },
    });
    expect(await kept(here)).toEqual([]);
    expect(await admin.post(INVALIDATIONS, { namespace: 'general', pattern: '*' })).toMatchObject({
      status: 503,
      body: { code: 'cache.pattern_incomplete' },
    });
    expect((await admin.get<CacheList>(PATH)).body.link).toMatchObject({ state: 'detached' });
    await eventually(() => expect(ttlThere()).toBe(2_500), { timeoutMs: 10_000 });

    await proxy.up();
    await eventually(async () => expect(await kept(there)).toEqual([]), { timeoutMs: 10_000 });
    await eventually(() => expect(probes(here).caches.link()).toMatchObject(WHOLE), {
      timeoutMs: 10_000,
    });
    expect((await admin.patch(`${PATH}/${probe.name}`, { ttlMs: null })).status).toBe(200);
  }, 60_000);
});

describe.each([
  ['the caches switched off', { CACHE_ENABLED: 'false' }],
  ['Redis switched off', { REDIS_ENABLED: 'false' }],
])('with %s', (_, env: Record<string, string>) => {
  const [, kind] = BACKENDS;
  let bourse: Bourse;
  beforeAll(async () => {
    if (kind === undefined) throw new Error('no backend with Redis');
    bourse = await startBourse(kind, env);
    probes(bourse);
  }, 60_000);
  afterAll(() => bourse.close());

  it('a trader signs up, trades, and sees what became of it', async () => {
    const trader = await bourse.trader();
    const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
    const placed = await trader.post<{ id: string }>('/api/orders', order);
    expect(placed.status).toBe(201);
    await eventually(
      async () => {
        const { body } = await trader.get(`/api/orders/${placed.body.id}`);
        expect(body).toMatchObject({ status: 'filled' });
      },
      { timeoutMs: 15_000 },
    );
    const { body } = await trader.get<{ items: unknown[] }>('/api/positions');
    expect(body.items).toHaveLength(1);
    await trader.patch('/api/users/me', { displayName: 'Changed' });
    expect((await trader.get('/api/users/me')).body).toMatchObject({ displayName: 'Changed' });
    for (const path of ['portfolio/summary', 'market/quotes/AAPL', 'account', 'signals']) {
      expect({ path, status: (await trader.get(`/api/${path}`)).status }).toEqual({
        path,
        status: 200,
      });
    }
  }, 30_000);

  it('every route of the operators answers', async () => {
    const admin = await bourse.admin();
    const isOff = env['CACHE_ENABLED'] === 'false';
    const { body } = await admin.get<CacheList>(PATH);
    expect(body).toMatchObject({ enabled: !isOff, link: { state: 'alone' } });
    expect(body.items.length).toBeGreaterThan(20);
    expect((await admin.get(`${PATH}/hot-keys`)).status).toBe(200);
    expect(await admin.patch(`${PATH}/${probe.name}`, { ttlMs: 2_000 })).toMatchObject({
      status: 200,
      body: { ttlMs: 2_000, overridden: true },
    });
    expect(await lifeMs(bourse)).toBeLessThanOrEqual(2_000);
    await fill(bourse);
    expect(await kept(bourse)).toEqual(isOff ? [] : without());
    for (const request of [{ user: USER }, { namespace: 'general', pattern: '*' }, { all: true }]) {
      expect(await admin.post(INVALIDATIONS, request)).toMatchObject({
        status: 200,
        body: { complete: true },
      });
    }
    expect(await kept(bourse)).toEqual([]);
    const health = await bourse.client().get('/health/cache');
    expect(health).toMatchObject({
      status: 200,
      body: { status: 'healthy', link: { state: 'alone', owed_invalidations: 0 } },
    });
    for (const path of ['cache', 'redis/dashboard', 'alerts', 'queues']) {
      expect((await admin.get(`/api/monitoring/${path}`)).status).toBe(200);
    }
    expect((await bourse.client().get('/metrics')).status).toBe(200);
  });
});
