import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { appRoutes } from '@bull-board/api/dist/routes.js';
import { sql } from 'drizzle-orm';
import { Database, DeadJobsRepository } from '../../src/database/index.js';
import { AdminActions } from '../../src/kernel/admin-actions.js';
import { DAY_MS } from '../../src/kernel/duration.js';
import { Queues } from '../../src/redis/index.js';
import { isOffered, isReading } from '../../src/redis/queues/dashboard/offered-calls.js';
import { JobCounts } from '../../src/redis/queues/job-counts.js';
import { ChannelRegistry } from '../../src/realtime/index.js';
import { asyncApiFaults, danglingReferences } from '../support/asyncapi.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { ADMIN, BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { security?: unknown[]; requestBody?: unknown }>>;
}

interface AsyncApi {
  readonly channels: Record<
    string,
    { messages: Record<string, { payload: { properties: { data?: object } } }> }
  >;
}

const TYPES_SCRIPT = resolve(import.meta.dirname, '../../scripts/live-client-types.mjs');

interface BoardQueue {
  readonly name: string;
  readonly counts: Record<string, number>;
}

describe.each(BACKENDS)('operating Bourse on $name', (backend) => {
  let bourse: Bourse;
  let admin: ApiClient;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend);
    admin = await bourse.admin();
    trader = await bourse.trader();
  });
  afterAll(() => bourse.close());

  it('tells probes that it lives and is ready, and says on what', async () => {
    const live = await bourse.client().get('/health/live');
    expect(live).toMatchObject({ status: 200, body: { status: 'ok' } });
    const embedded = backend.name === 'embedded';
    expect(await bourse.client().get('/health/ready')).toMatchObject({
      status: 200,
      body: {
        status: 'ok',
        details: {
          database: { status: 'up', kind: embedded ? 'pglite' : 'postgres' },
          redis: { status: 'up', mode: embedded ? 'memory' : 'redis', degraded: false },
        },
      },
    });
  });

  it('documents every route, its input and who may call it', async () => {
    const { body } = await bourse.client().get<OpenApi>('/docs-json');
    expect(body.openapi).toMatch(/^3\./);
    const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes).toEqual(
      expect.arrayContaining([
        'POST /api/auth/register',
        'POST /api/auth/login',
        'POST /api/auth/logout',
        'GET /api/users/me',
        'PATCH /api/users/me',
        'GET /api/market/quotes/{symbol}',
        'POST /api/orders',
        'GET /api/orders',
        'GET /api/orders/{id}',
        'DELETE /api/orders/{id}',
        'GET /api/positions',
        'GET /api/account',
        'GET /api/trades',
        'GET /api/portfolio/summary',
        'GET /health/ready',
      ]),
    );
    const place = body.paths['/api/orders']?.['post'];
    expect(place?.security).toHaveLength(1);
    expect(JSON.stringify(place?.requestBody)).toContain('client_order_id');
    expect((await bourse.client().get<string>('/docs')).body).toContain('swagger-ui');
  });

  it('documents every live channel, with what it sends and what it begins with', async () => {
    const { body } = await bourse.client().get<AsyncApi>('/docs/asyncapi.json');
    expect(asyncApiFaults(body)).toEqual([]);
    expect(danglingReferences(body)).toEqual([]);
    const declared = bourse.app.get(ChannelRegistry).declared.map(({ name }) => name);
    expect(declared.length).toBeGreaterThan(10);
    expect(Object.keys(body.channels).sort()).toEqual(['gateway', ...declared].sort());
    for (const name of declared) {
      const { message, snapshot } = body.channels[name]?.messages ?? {};
      for (const one of [message, snapshot]) {
        expect(one?.payload.properties.data).toEqual(expect.objectContaining({}));
        expect(Object.keys(one?.payload.properties.data ?? {})).not.toEqual([]);
      }
    }
    // The types of the live client are made from it.
    const args = [TYPES_SCRIPT, '--check', '--document', '-'];
    const check = spawnSync(process.execPath, args, {
      input: JSON.stringify(body),
      encoding: 'utf8',
    });
    expect({ status: check.status, says: check.stderr }).toEqual({ status: 0, says: '' });
  });

  it("gives every answer a correlation id, the caller's own where it is harmless", async () => {
    const own = await bourse.client().get('/health/live', { 'x-correlation-id': 'my-own-id-1' });
    expect(own.headers.get('x-correlation-id')).toBe('my-own-id-1');
    const hostile = await bourse
      .client()
      .get('/health/live', { 'x-correlation-id': 'a"} injected: {"' });
    expect(hostile.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('writes no password and no token into its log', async () => {
    const password = 'a password nobody logs';
    await bourse.client().post('/api/auth/login', { email: 'nobody@example.com', password });
    await trader.get(`/api/users/me?token=${trader.token}`);
    const log = JSON.stringify(bourse.logs);
    expect(log).not.toContain(password);
    expect(log).not.toContain(trader.token);
    expect(log).not.toContain(admin.token);
  });

  it('protects pages against being framed or sniffed', async () => {
    const { headers } = await bourse.client().get('/admin/login');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
  });

  describe('the queue dashboard', () => {
    const PATHS = [
      '/admin/queues',
      '/admin/queues/',
      '/admin/queues/api/queues',
      '/admin/queues/static/js/x.js',
      '/admin/%71ueues/api/queues',
      '//admin/queues',
      '/admin/queues/queue/trading',
    ];

    it.each(PATHS)('turns everybody but admins away from %s', async (path) => {
      expect([401, 404]).toContain((await bourse.client().get(path)).status);
      expect([403, 404]).toContain((await trader.get(path)).status);
      expect([401, 404]).toContain(
        (await bourse.client().send('PUT', `${path}/trading/pause`)).status,
      );
    });

    it('refuses with a problem, not with a page', async () => {
      const answer = await trader.get<Problem>('/admin/queues/api/queues');
      expect(answer).toMatchObject({ status: 403, body: { code: 'auth.forbidden' } });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    });

    it('shows a person without a session the way in', async () => {
      const answer = await bourse.client().get('/admin/queues?page=1', { accept: 'text/html' });
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toBe('/admin/login?next=%2Fadmin%2Fqueues%3Fpage%3D1');
      expect((await bourse.client().get<string>('/admin/login')).body).toContain('<form');
    });

    it('opens by no route and no method to anybody but an admin on a page of its own', async () => {
      const routes = appRoutes.api.flatMap(({ route }) => route);
      expect(routes.length).toBeGreaterThan(30);
      const paths = [...routes, '/', '/queue/trading', '/static/css/main.css', '/nothing'].map(
        (route) =>
          `/admin/queues${route}`
            .replace(':queueName', 'trading')
            .replace(':jobId', 'some')
            .replace(':queueStatus', 'failed')
            .replace(':schedulerId', 'some'),
      );
      const { body: made } = await admin.post<{ key: string }>('/api/auth/api-keys', {
        name: 'a program of the admin',
        scopes: ['read', 'trade'],
        currentPassword: ADMIN.password,
      });
      const server = bourse.app.getHttpAdapter().getInstance();
      const cookie = `session=${admin.token}`;
      const strangers: [string, Record<string, string>, string[]][] = [
        ['nobody', {}, ['auth.unauthenticated']],
        ['trader', { authorization: `Bearer ${trader.token}` }, ['auth.forbidden']],
        ['key', { authorization: `Bearer ${made.key}` }, ['auth.sign_in_needed']],
        ['other site', { cookie, 'sec-fetch-site': 'cross-site' }, ['auth.cross_site']],
        ['other origin', { cookie, origin: 'https://evil.example' }, ['auth.cross_site']],
      ];
      const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
      for (const [who, headers, codes] of strangers) {
        const fromElsewhere = who.startsWith('other');
        for (const url of paths) {
          // What a page of another site reads, its browser does not give it.
          const methods = fromElsewhere ? METHODS.filter((one) => !isReading(one)) : METHODS;
          const answers = await Promise.all(
            methods.map((method) => server.inject({ method, url, headers })),
          );
          for (const [i, { statusCode, body }] of answers.entries()) {
            const method = methods[i] ?? '';
            const where = [who, method, url];
            expect([...where, statusCode]).toEqual([...where, who === 'nobody' ? 401 : 403]);
            if (method === 'HEAD') continue;
            expect(codes).toContain((JSON.parse(body) as Problem).code);
          }
        }
      }
    });

    it('lets admins rewrite no payload there', async () => {
      const path = '/admin/queues/api/queues/trading/some/update-data';
      expect(await admin.patch(path, { orderId: 'another' })).toMatchObject({
        status: 403,
        body: { code: 'queue.not_offered' },
      });
    });

    it('shows admins the queues and the jobs that ran', async () => {
      const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
      expect((await trader.post('/api/orders', order)).status).toBe(201);
      const page = await admin.get<string>('/admin/queues', { accept: 'text/html' });
      expect(page).toMatchObject({ status: 200, body: expect.stringContaining('Bourse queues') });
      await eventually(async () => {
        const { body } = await admin.get<{ queues: BoardQueue[] }>('/admin/queues/api/queues');
        const trading = body.queues.find(({ name }) => name === 'trading');
        expect(trading?.counts['completed']).toBeGreaterThan(0);
      });
    });
  });

  describe('the queues in the hands of operators', () => {
    const QUEUES = [
      'analytics',
      'maintenance',
      'market-data',
      'ml-training',
      'notifications',
      'trading',
    ];
    const path = '/api/admin/queues/maintenance';

    it('are the six that the application declares, on the dashboard too', async () => {
      const { body } = await admin.get<{ items: { name: string }[] }>('/api/admin/queues');
      expect(body.items.map(({ name }) => name).sort()).toEqual(QUEUES);
      const board = await admin.get<{ queues: BoardQueue[] }>('/admin/queues/api/queues');
      expect(board.body.queues.map(({ name }) => name).sort()).toEqual(QUEUES);
    });

    it.each([
      ['GET', '/api/admin/queues'],
      ['GET', path],
      ['GET', `${path}/dead`],
      ['POST', `${path}/pause`],
      ['POST', `${path}/resume`],
      ['POST', `${path}/drain`],
      ['POST', `${path}/clean`],
      ['POST', `${path}/jobs/some/cancel`],
      ['POST', `${path}/dead/replay`],
      ['POST', `${path}/dead/some/replay`],
    ])('are closed to everybody else: %s %s', async (method, route) => {
      const body = method === 'GET' ? undefined : {};
      expect((await bourse.client().send(method, route, body)).status).toBe(401);
      expect((await trader.send(method, route, body)).status).toBe(403);
    });

    it('pause, hold a job that can be taken back, and resume', async () => {
      const queues = bourse.app.get(Queues);
      expect(await admin.post(`${path}/pause`)).toMatchObject({
        status: 200,
        body: { paused: true },
      });
      const { id } = await queues.addByName('maintenance', 'clean-queue', { queue: 'trading' });
      expect((await admin.get<{ counts: object }>(path)).body.counts).toMatchObject({ waiting: 1 });
      const cancel = `${path}/jobs/${id}/cancel`;
      expect(await admin.post(cancel)).toMatchObject({ status: 200, body: { outcome: 'removed' } });
      expect(await admin.post(cancel)).toMatchObject({
        status: 409,
        body: { code: 'maintenance.job_gone' },
      });
      await queues.addByName('maintenance', 'clean-queue', { queue: 'trading' });
      expect((await admin.post(`${path}/drain`)).body).toEqual({ removed: 1 });
      expect(await admin.post(`${path}/resume`)).toMatchObject({ body: { paused: false } });
      expect(await admin.post('/api/admin/queues/no-such/pause')).toMatchObject({
        status: 404,
        body: { code: 'maintenance.unknown_queue' },
      });
    });

    it('tell how much they do, and how long jobs wait and run', async () => {
      await bourse.app.get(JobCounts).report();
      interface Shown {
        readonly figures: {
          completed: number;
          perMinute: number;
          waitMs: Record<string, number | null>;
          runMs: Record<string, number | null>;
        };
      }
      const { body } = await admin.get<Shown>('/api/admin/queues/trading?window=5m');
      const { completed, perMinute, waitMs, runMs } = body.figures;
      expect(completed).toBeGreaterThan(0);
      expect(perMinute).toBeCloseTo(completed / 5, 1);
      for (const { p50, p95, p99, mean } of [waitMs, runMs]) {
        expect(p50).toBeGreaterThan(0);
        expect(p95).toBeGreaterThanOrEqual(p50 ?? Infinity);
        expect(p99).toBeGreaterThanOrEqual(p95 ?? Infinity);
        expect(mean).toBeLessThanOrEqual(p99 ?? 0);
      }
      expect((await admin.get('/api/admin/queues?window=2h')).status).toBe(400);
    });

    it('replay what failed for good, once, and say who did', async () => {
      const dead = (jobId: string, name = 'clean-queue') => ({
        queue: 'maintenance',
        jobId,
        name,
        payload: { queue: 'trading' },
        version: 1,
        reason: 'queue.unavailable: the queues do not answer',
        attempts: 3,
        correlationId: 'request-1',
      });
      const letters = bourse.app.get(DeadJobsRepository);
      await letters.record(dead('dead-0', 'no-such-job'));
      for (const jobId of ['dead-1', 'dead-2', 'dead-3']) await letters.record(dead(jobId));

      interface Letters {
        readonly items: { id: string; jobId: string; replayedBy: string | null }[];
        readonly nextCursor: string | null;
      }
      const first = await admin.get<Letters>(`${path}/dead?limit=2`);
      expect(first.body.items.map(({ jobId }) => jobId)).toEqual(['dead-3', 'dead-2']);
      const [latest] = first.body.items;
      const replay = `${path}/dead/${latest?.id}/replay`;
      const both = await Promise.all([admin.post(replay), admin.post(replay)]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect((await admin.post(`${path}/dead/no-such/replay`)).status).toBe(404);
      const replayAll = async () => (await admin.post(`${path}/dead/replay`, {})).body;
      expect(await replayAll()).toEqual({ replayed: 2, refused: 1 });
      expect(await replayAll()).toEqual({ replayed: 0, refused: 1 });
      expect((await admin.post(`${path}/dead/replay`, { job: '\0' })).status).toBe(400);
      const open = await admin.get<Letters>(`${path}/dead`);
      expect(open.body.items.map(({ jobId }) => jobId)).toEqual(['dead-0']);
      expect(await admin.post(`${path}/dead/${open.body.items[0]?.id}/replay`)).toMatchObject({
        status: 422,
        body: { code: 'maintenance.cannot_replay' },
      });

      const { body: me } = await admin.get<{ id: string }>('/api/users/me');
      const { body: replayed } = await admin.get<Letters>(`${path}/dead?state=replayed`);
      expect(replayed.items.map(({ replayedBy }) => replayedBy)).toEqual([me.id, me.id, me.id]);
      await eventually(async () => {
        const { body } = await admin.get<{ counts: Record<string, number> }>(path);
        expect(body.counts['completed']).toBeGreaterThanOrEqual(3);
        expect(body.counts).toMatchObject({ waiting: 0, active: 0, failed: 0 });
      });
    });
  });

  describe('what administrators do', () => {
    interface Action {
      readonly id: string;
      readonly actorId: string;
      readonly action: string;
      readonly target: Record<string, unknown>;
      readonly correlationId: string;
      readonly outcome: string;
      readonly status: number;
    }
    const actions = async (limit = 200) => {
      const { body } = await admin.get<{ items: Action[] }>(`/api/admin/actions?limit=${limit}`);
      return body.items;
    };
    /** Those that come up while `work` runs, the first at first. */
    const recordedBy = async (work: () => Promise<unknown>) => {
      const latest = (await actions(1))[0]?.id ?? '';
      await work();
      return (await actions()).filter(({ id }) => id > latest).reverse();
    };
    const fill = (route: string) => route.replace(/:[a-zA-Z]+|\{[a-zA-Z]+\}/g, 'some');
    /** Every call by which an administrator changes something. */
    const changes = async () => {
      const { body } = await bourse.client().get<OpenApi>('/docs-json');
      const api = Object.entries(body.paths).flatMap(([path, methods]) =>
        Object.keys(methods)
          .filter((method) => path.startsWith('/api/admin/') && method !== 'get')
          .map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
      );
      const board = appRoutes.api
        .flatMap(({ method, route }) => [`${[method].flat()[0]?.toUpperCase()} ${String(route)}`])
        .map((call) => call.split(' ') as [string, string])
        .filter(([method, route]) => isOffered('', method, route))
        .map(([method, route]) => `${method} /admin/queues${route}`);
      expect(board.length).toBeGreaterThanOrEqual(12);
      expect(api.length).toBeGreaterThanOrEqual(20);
      return [...api, ...board].map((call) => call.split(' ') as [string, string]);
    };

    it('leaves one record of each change, and none of what was refused', async () => {
      for (const [method, route] of await changes()) {
        const own = `own-${method}-${route}`.replace(/[^\w-]/g, '_').slice(0, 60);
        const headers = { 'x-correlation-id': own };
        let status = 0;
        const recorded = await recordedBy(async () => {
          expect((await bourse.client().send(method, fill(route), {})).status).toBe(401);
          expect((await trader.send(method, fill(route), {})).status).toBe(403);
          ({ status } = await admin.send(method, fill(route), {}, headers));
        });
        expect(recorded).toMatchObject([
          {
            actorId: admin.user.id,
            action: `${method} ${route}`,
            correlationId: own,
            outcome: status < 400 ? 'done' : 'failed',
            status,
          },
        ]);
      }
    });

    it('is told with what it was done to, and without payloads', async () => {
      const recorded = await recordedBy(async () => {
        await admin.post('/api/admin/queues/trading/pause');
        await admin.post('/api/admin/queues/trading/resume');
        await admin.post('/api/admin/caches/invalidations', { symbol: 'MSFT' });
        await admin.post('/api/admin/schedules/%00/run');
        await admin.post('/admin/queues/api/queues/trading/add', {
          name: 'execute-order',
          data: { orderId: 'nothing-that-is-kept' },
        });
      });
      expect(recorded).toMatchObject([
        { target: { queue: 'trading' }, outcome: 'done', status: 200 },
        { target: { queue: 'trading' }, outcome: 'done', status: 200 },
        { target: { symbol: 'MSFT' }, outcome: 'done' },
        { target: { name: '?' }, outcome: 'failed', status: 404 },
        { target: { queueName: 'trading' }, outcome: 'failed', status: 400 },
      ]);
      expect(JSON.stringify(recorded)).not.toContain('nothing-that-is-kept');
    });

    it('is listed by pages, to those who may read it', async () => {
      const path = '/api/admin/actions?limit=2';
      interface Actions {
        readonly items: Action[];
        readonly nextCursor: string;
      }
      const first = await admin.get<Actions>(path);
      const second = await admin.get<Actions>(`${path}&cursor=${first.body.nextCursor}`);
      const four = [...first.body.items, ...second.body.items].map(({ id }) => id);
      expect(four).toEqual((await actions(4)).map(({ id }) => id));
      expect((await trader.get(path)).status).toBe(403);
      expect((await bourse.client().get(path)).status).toBe(401);
      expect((await admin.get(`${path}&cursor=nonsense`)).status).toBe(400);
    });

    it('is not done while it cannot be recorded', async () => {
      const { sql: database } = bourse.app.get(Database);
      const isPaused = async () =>
        (await admin.get<{ paused: boolean }>('/api/admin/queues/maintenance')).body.paused;
      expect(await isPaused()).toBe(false);
      await database.execute(sql`alter table admin_actions rename to admin_actions_away`);
      const answers = [
        await admin.post('/api/admin/queues/maintenance/pause'),
        await admin.send('PUT', '/admin/queues/api/queues/maintenance/pause', {}),
      ];
      const paused = await isPaused();
      await database.execute(sql`alter table admin_actions_away rename to admin_actions`);
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 503, body: { code: 'audit.unavailable' } });
      }
      expect(paused).toBe(false);
    });

    it('is forgotten after a year', async () => {
      const [latest, before] = await actions(2);
      const { sql: database } = bourse.app.get(Database);
      await database.execute(
        sql`update admin_actions set begun_at = now() - interval '366 days' where id = ${before?.id}`,
      );
      expect(await bourse.app.get(AdminActions).forget(365 * DAY_MS)).toBe(1);
      expect(await actions(1)).toEqual([latest]);
      expect((await actions()).map(({ id }) => id)).not.toContain(before?.id);
    });
  });
});
