import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { Database } from '../../src/database/index.js';
import type {
  CacheFigure,
  CacheList,
  HotKeys,
  Invalidate,
  Invalidated,
} from '../../src/modules/monitoring/caches/caches.dto.js';
import { TtlOverrides } from '../../src/modules/monitoring/caches/ttl-overrides.js';
import type { ConfigChange } from '../../src/modules/system-config/system-config.dto.js';
import { Caches, defineCache, defineWriteBehind, WriteBehinds } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import {
  fill,
  INVALIDATIONS,
  kept,
  KEYS,
  lifeMs,
  MODEL,
  PATH,
  probe,
  probes,
  TTL_MS,
  USER,
  without,
} from './support/cache-probes.js';

jest.setTimeout(60_000);

const DAY_MS = 24 * 60 * 60_000;
const OTHER_USER = '5d1c4f0a-91f2-4f57-8f0c-0d9a3b7c2e22';

describe.each(BACKENDS)('the caches in the hands of operators on $name', (backend) => {
  const embedded = backend.name === 'embedded';
  let bourse: Bourse;
  let admin: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend);
    admin = await bourse.admin();
    probes(bourse);
  });
  afterAll(() => bourse.close());

  const list = async (): Promise<CacheList> => {
    const { status, body } = await admin.get<CacheList>(PATH);
    expect(status).toBe(200);
    return body;
  };
  const figure = async (name: string): Promise<CacheFigure | undefined> =>
    (await list()).items.find((item) => item.name === name);

  it('are for admins alone', async () => {
    const trader = await bourse.trader();
    const routes: [string, string, unknown?][] = [
      ['GET', PATH],
      ['GET', `${PATH}/hot-keys`],
      ['PATCH', `${PATH}/${probe.name}`, { ttlMs: 1 }],
      ['POST', INVALIDATIONS, { all: true }],
    ];
    await fill(bourse);
    for (const [method, path, body] of routes) {
      expect((await trader.send(method, path, body)).status).toBe(403);
      expect((await bourse.client().send(method, path, body)).status).toBe(401);
    }
    expect(await kept(bourse)).toEqual(without());
    expect(await figure(probe.name)).toMatchObject({ ttlMs: TTL_MS });
  });

  describe('are listed', () => {
    it('with their TTLs, counts by tier and what they keep, and summed by namespace', async () => {
      const { probe: cache } = probes(bourse);
      const before = await figure(probe.name);
      for (let i = 0; i < 3; i += 1) await cache.getOrSet('listed', async () => i);
      const together = [1, 2, 3].map(() => cache.getOrSet('shared', async () => 1));
      await Promise.all(together);
      const after = await figure(probe.name);
      expect(after).toMatchObject({
        namespace: 'general',
        declaredTtlMs: TTL_MS,
        ttlMs: TTL_MS,
        overridden: false,
        staleServed: 0,
        refused: 0,
        averageLoadMs: expect.any(Number) as number,
      });
      const gain = (name: keyof CacheFigure) => Number(after?.[name]) - Number(before?.[name] ?? 0);
      expect([gain('localHits'), gain('misses'), gain('loads')]).toEqual([2, 2, 2]);
      expect(gain('coalesced')).toBe(2);
      expect(gain('localEntries')).toBe(2);
      expect(gain('localBytes')).toBeGreaterThan(0);

      const { items, namespaces, enabled } = await eventually(async () => {
        const all = await list();
        expect(all.link).toMatchObject({
          state: embedded ? 'alone' : 'coherent',
          owedInvalidations: 0,
        });
        return all;
      });
      expect(items.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['portfolio.summary', 'market.quote', 'users.profile']),
      );
      expect(enabled).toBe(true);
      for (const { namespace, caches, localHits, misses } of namespaces) {
        const members = items.filter((item) => item.namespace === namespace);
        expect(caches).toBe(members.length);
        expect(localHits).toBe(members.reduce((sum, item) => sum + item.localHits, 0));
        expect(misses).toBe(members.reduce((sum, item) => sum + item.misses, 0));
      }
      expect(new Set(items.map(({ namespace }) => namespace)).size).toBe(namespaces.length);
    });

    it('with an ended value that was served as an answer, not as a miss', async () => {
      const brief = bourse.app.get(Caches).use(
        defineCache<string, number>({
          ...{ name: 'test.graceful', namespace: 'general', key: (id) => `${id}:graceful` },
          ...{ ttlMs: 1, graceMs: TTL_MS },
        }),
      );
      await brief.getOrSet('x', async () => 1);
      const fails = () => Promise.reject(new Error('the source is away'));
      // Its only millisecond is over.
      await pause(5);
      expect(await brief.getOrSet('x', fails)).toBe(1);
      expect(await figure('test.graceful')).toMatchObject({
        staleServed: 1,
        misses: 1,
        hitRatePercent: 50,
      });
    });

    it('with what readers ask for next, and what waits for its source', async () => {
      const before = await list();
      expect(before.writeBehinds).toEqual([]);
      const none = { predicted: 0, used: 0, wasted: 0, forgone: 0 };
      expect(before.prefetches).toEqual([
        { name: 'market.charts', ...none },
        { name: 'research.analyses', ...none },
      ]);
      const behind = bourse.app.get(WriteBehinds).use(
        defineWriteBehind<string, number>({
          ...{ name: 'test.behind', cache: probe, durability: 'memory' },
          ...{ flushEveryMs: 30_000, maxPending: 10, maxBatch: 10 },
        }),
        async () => undefined,
      );
      await behind.write('behind', 1);
      const waiting = { name: 'test.behind', durability: 'memory', pending: 1, acknowledged: 1 };
      expect((await list()).writeBehinds).toEqual([
        {
          ...waiting,
          ...{ refused: 0, flushed: 0, failed: 0 },
          oldestAgeMs: expect.any(Number) as number,
        },
      ]);
      await behind.flush();
      expect((await list()).writeBehinds).toMatchObject([{ pending: 0, flushed: 1 }]);
    });

    it('with their most read keys, the most read first', async () => {
      const { probe: cache } = probes(bourse);
      await cache.set('hot', 1);
      for (let i = 0; i < 2_000; i += 1) await cache.get('hot');
      const { status, body } = await admin.get<HotKeys>(`${PATH}/hot-keys?limit=1`);
      expect(status).toBe(200);
      expect(body.items).toEqual([
        { cache: probe.name, key: 'hot:probe', reads: expect.any(Number) as number },
      ]);
      expect(body.items[0]?.reads).toBeGreaterThan(1_900);
      const all = await admin.get<HotKeys>(`${PATH}/hot-keys`);
      const reads = all.body.items.map((item) => item.reads);
      expect(reads).toEqual([...reads].sort((a, b) => b - a));
    });

    it.each(['limit=0', 'limit=257', 'limit=all', 'limit=1&limit=2', 'other=1'])(
      'and not with %s of them',
      async (query) => {
        expect(await admin.get<Problem>(`${PATH}/hot-keys?${query}`)).toMatchObject({
          status: 400,
          body: { code: 'request.invalid' },
        });
      },
    );
  });

  describe('take another TTL', () => {
    const override = <Body = CacheFigure>(ttlMs: unknown, name: string = probe.name) =>
      admin.patch<Body>(`${PATH}/${name}`, { ttlMs });
    afterEach(async () => {
      expect((await override(null)).status).toBe(200);
    });

    it('for what is stored from then on, until they are to have their own again', async () => {
      expect(await lifeMs(bourse)).toBeGreaterThan(TTL_MS / 2);
      expect(await override(2_000)).toMatchObject({
        status: 200,
        body: { name: probe.name, declaredTtlMs: TTL_MS, ttlMs: 2_000, overridden: true },
      });
      expect(await lifeMs(bourse)).toBeLessThanOrEqual(2_000);
      expect(await figure(probe.name)).toMatchObject({ ttlMs: 2_000, overridden: true });
      expect(await override(7 * DAY_MS)).toMatchObject({ status: 200 });
      expect(await lifeMs(bourse)).toBeGreaterThan(6 * DAY_MS);
      expect(await override(null)).toMatchObject({
        status: 200,
        body: { ttlMs: TTL_MS, overridden: false },
      });
      expect(await lifeMs(bourse)).toBeLessThanOrEqual(TTL_MS);
    });

    it('each for itself, also when all are changed at once', async () => {
      const names = ['users.profile', 'users.roles', 'market.quote', probe.name];
      const answers = await Promise.all(names.map((name, i) => override(1_000 + i, name)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const { items } = await list();
      expect(names.map((name) => items.find((item) => item.name === name)?.ttlMs)).toEqual([
        1_000, 1_001, 1_002, 1_003,
      ]);
      for (const name of names) await override(null, name);
      expect((await list()).items.filter(({ overridden }) => overridden)).toEqual([]);
    });

    it('on record: who changed it, and in the log', async () => {
      await override(3_000);
      await override(3_000);
      const { body } = await admin.get<{ items: ConfigChange[] }>(
        '/api/admin/config/changes?key=caches&limit=2',
      );
      expect(body.items[0]).toMatchObject({
        key: 'caches',
        changed: [`ttlMs.${probe.name}`],
        changedBy: admin.user.id,
      });
      // What is as it was leaves no trace.
      expect(body.items[1]?.changed).not.toEqual([`ttlMs.${probe.name}`, `ttlMs.${probe.name}`]);
      expect(bourse.logs).toContainEqual(
        expect.objectContaining({ cache: probe.name, ttlMs: 3_000, changedBy: admin.user.id }),
      );
    });

    it.each([0, -1, 1.5, 7 * DAY_MS + 1, 1e21, '1000', true, [1], {}])(
      'but not one of %j',
      async (ttlMs) => {
        expect(await override<Problem>(ttlMs)).toMatchObject({
          status: 400,
          body: { code: 'request.invalid' },
        });
        expect(await figure(probe.name)).toMatchObject({ ttlMs: TTL_MS });
      },
    );

    it.each([{}, { ttlMs: 1, other: 1 }, [], null, 'text', '{"__proto__":{"ttlMs":1}}'])(
      'but not by %j',
      async (body) => {
        const answer = await admin.send<Problem>('PATCH', `${PATH}/${probe.name}`, body);
        expect(answer.status).toBe(400);
        expect(answer.body.code).toMatch(/^request\.(invalid|malformed)$/);
      },
    );

    it.each(['no.such', 'constructor', '__proto__', 'toString'])(
      'but not where none is named %s',
      async (name) => {
        const answer = await override<Problem>(1_000, name);
        const [status, code] =
          name === '__proto__' ? [400, 'request.invalid'] : [404, 'cache.unknown'];
        expect(answer).toMatchObject({ status, body: { code } });
      },
    );

    it.each(['a'.repeat(200), '..%2f..%2fetc', '%00', 'a%20b'])(
      'but not under the name %s',
      async (name) => {
        const answer = await override<Problem>(1_000, name);
        expect([400, 404, 414]).toContain(answer.status);
        expect(answer.body.code).toMatch(/^request\./);
      },
    );

    it('and let stand what they understand of what another version stored', async () => {
      const { sql: query } = bourse.app.get(Database);
      const stored = { ttlMs: { [probe.name]: 4_000, 'users.profile': 'soon', 'x.y': 1 }, more: 1 };
      await query.execute(sql`
        insert into system_config (key, value, updated_by, updated_at)
        values ('caches', ${JSON.stringify(stored)}::jsonb, ${admin.user.id}, now())
        on conflict (key) do update set value = excluded.value`);
      await bourse.app.get(TtlOverrides).follow();
      expect(await figure(probe.name)).toMatchObject({ ttlMs: 4_000 });
      expect(await figure('users.profile')).toMatchObject({ overridden: false });
      await query.execute(sql`update system_config set value = '[]' where key = 'caches'`);
      await bourse.app.get(TtlOverrides).follow();
      // What cannot be read changes nothing.
      expect(await figure(probe.name)).toMatchObject({ ttlMs: 4_000 });
      await query.execute(sql`delete from system_config where key = 'caches'`);
      await bourse.app.get(TtlOverrides).follow();
      expect(await figure(probe.name)).toMatchObject({ ttlMs: TTL_MS });
    });
  });

  describe('drop', () => {
    beforeEach(() => fill(bourse));

    const CASES: [string, Invalidate, string[], number | null][] = [
      ['what carries one of the tags', { tags: ['test:two', 'test:none'] }, ['tagged'], null],
      ['a user', { user: USER }, ['user'], null],
      ['nobody for a user without values', { user: OTHER_USER }, [], null],
      ['a symbol', { symbol: 'BRK.B' }, ['symbol'], null],
      ['a model', { model: MODEL }, ['model'], null],
      ['a namespace', { namespace: 'research' }, ['elsewhere'], null],
      ['keys by a pattern', { namespace: 'general', pattern: 'p*:probe' }, ['plain'], 1],
      [
        'keys by a pattern whose other signs are signs',
        { namespace: 'general', pattern: 'braces{}*?[:probe' },
        ['braces{}*?['],
        1,
      ],
      [
        'no keys by a pattern of signs',
        { namespace: 'general', pattern: '[a-z]????:probe' },
        [],
        0,
      ],
      ['everything', { all: true }, [...KEYS, 'elsewhere'], null],
    ];
    it.each(CASES)('%s, and nothing else', async (_, request, gone, keys) => {
      const answer = await admin.post<Invalidated>(INVALIDATIONS, request);
      expect(answer).toMatchObject({
        status: 200,
        body: { dropped: request, keys, complete: true },
      });
      expect(await kept(bourse)).toEqual(without(...gone));
      expect(bourse.logs).toContainEqual(
        expect.objectContaining({
          message: 'caches invalidated',
          invalidatedBy: admin.user.id,
          dropped: request,
        }),
      );
    });

    it('a symbol in either case', async () => {
      const { body } = await admin.post<Invalidated>(INVALIDATIONS, { symbol: 'brk.b' });
      expect(body.dropped).toEqual({ symbol: 'BRK.B' });
      expect(await kept(bourse)).toEqual(without('symbol'));
    });

    it('what the API itself cached of a user', async () => {
      const trader = await bourse.trader();
      await trader.get('/api/users/me');
      const { sql: query } = bourse.app.get(Database);
      await query.execute(
        sql`update users set display_name = 'Changed behind' where id = ${trader.user.id}`,
      );
      expect((await trader.get('/api/users/me')).body).toMatchObject({ displayName: 'A Trader' });
      await admin.post(INVALIDATIONS, { user: trader.user.id });
      const { body } = await trader.get('/api/users/me');
      expect(body).toMatchObject({ displayName: 'Changed behind' });
    });

    it.each([
      {},
      { all: false },
      { all: true, user: USER },
      { tags: [] },
      { tags: 'test:one' },
      { tags: [''] },
      { tags: ['a\0b'] },
      { tags: Array(101).fill('a') as string[] },
      { tags: ['x'.repeat(201)] },
      { namespace: 'sessions' },
      { namespace: '*' },
      { namespace: ['general'] },
      { pattern: '*' },
      { namespace: 'general', pattern: '' },
      { namespace: 'general', pattern: '*'.repeat(201) },
      { namespace: 'general', pattern: { toString: 1 } },
      { user: 'nobody' },
      { user: `${USER}*` },
      { symbol: '../../etc' },
      { model: '*' },
      { everything: true },
      [],
      null,
    ])('nothing for %j', async (body) => {
      const answer = await admin.send<Problem>('POST', INVALIDATIONS, body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
      expect(await kept(bourse)).toEqual(without());
    });
  });
});
