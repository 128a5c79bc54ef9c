import { spawnSync } from 'node:child_process';
import { createECDH } from 'node:crypto';
import { resolve } from 'node:path';
import { appRoutes } from '@bull-board/api/dist/routes.js';
import { sql } from 'drizzle-orm';
import { generateSync } from 'otplib';
import { Database, DeadJobsRepository, Outbox } from '../../src/database/index.js';
import { AdminActions } from '../../src/kernel/admin-actions.js';
import { DAY_MS } from '../../src/kernel/duration.js';
import { newId } from '../../src/kernel/ids.js';
import { TrainingFinished } from '../../src/modules/ai-studio/ai-studio.events.js';
import { Queues } from '../../src/redis/index.js';
import { isOffered, isReading } from '../../src/redis/queues/dashboard/offered-calls.js';
import { JobCounts } from '../../src/redis/queues/job-counts.js';
import { ChannelRegistry } from '../../src/realtime/index.js';
import { asyncApiFaults, danglingReferences } from '../support/asyncapi.js';
import { eventually } from '../support/eventually.js';
import { HttpStub } from '../support/http-stub.js';
import { PushBrowser } from '../support/push-browser.js';
import { secretsIn, type Place } from '../support/secret-search.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { newTrader, type ApiClient, type Problem } from './support/api-client.js';
import { ADMIN, BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { keepWritten, keptKeys, keptRows } from './support/kept-places.js';
import { LiveClient } from './support/live-client.js';

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
  /** Of Twilio, a push service and a receiver of webhooks. */
  let outside: HttpStub;

  beforeAll(async () => {
    outside = await HttpStub.start();
    bourse = await startBourse(backend, {
      LOG_LEVEL: 'trace',
      PUBLIC_URL: 'https://bourse.example',
      TWILIO_BASE_URL: outside.url,
      NOTIFICATIONS_ALLOW_PRIVATE_TARGETS: 'true',
    });
    admin = await bourse.admin();
    trader = await bourse.trader();
  });
  afterAll(async () => {
    await bourse.close();
    await outside.stop();
  });

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
      expect((await admin.post(`${path}/drain`)).body).toEqual({ removed: 1, more: false });
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
      // Of four minutes to five: whole ones, and the one that has begun.
      expect(perMinute).toBeGreaterThanOrEqual(completed / 5 - 0.01);
      expect(perMinute).toBeLessThanOrEqual(completed / 4 + 0.01);
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

  describe('a job that failed for good, on the dashboard', () => {
    const board = '/admin/queues/api/queues/notifications';
    const dead = '/api/admin/queues/notifications/dead';
    const letters = async (state = 'open') => {
      const { body } = await admin.get<{ items: { jobId: string }[] }>(`${dead}?state=${state}`);
      return body.items.map(({ jobId }) => jobId);
    };
    const run = (statement: ReturnType<typeof sql>) =>
      bourse.app.get(Database).sql.execute(statement);
    afterAll(() => {
      outside.answer = () => ({ status: 200 });
    });

    /** Whoever receives the trader's news is gone. */
    const fail = async (): Promise<string> => {
      const before = await letters('all');
      outside.answer = () => ({ status: 410 });
      const hook = { url: `${outside.url}/gone` };
      expect((await trader.post('/api/notifications/webhooks', hook)).status).toBe(201);
      const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
      expect((await trader.post('/api/orders', order)).status).toBe(201);
      return eventually(async () => {
        const [jobId] = (await letters()).filter((one) => !before.includes(one));
        if (jobId === undefined) throw new Error('nothing failed');
        return jobId;
      });
    };

    it('is a dead letter before it is removed, and runs again by one way alone', async () => {
      const id = await fail();
      await run(sql`delete from dead_jobs where job_id = ${id}`);
      expect((await admin.send('PUT', `${board}/${id}/clean`, {})).status).toBe(204);
      expect((await admin.get(`${board}/${id}`)).status).toBe(404);
      expect(await letters()).toContain(id);

      const other = await fail();
      expect(await admin.send('PUT', `${board}/${other}/promote`, {})).toMatchObject({
        status: 409,
      });
      expect(await letters()).toContain(other);
      const retry = () => admin.send('PUT', `${board}/${other}/retry`, {});
      await run(sql`update dead_jobs set replayed_at = now() where job_id = ${other}`);
      expect((await retry()).status).toBe(409);
      await run(sql`update dead_jobs set replayed_at = null where job_id = ${other}`);
      expect((await retry()).status).toBe(204);
      expect(await letters('all')).not.toContain(other);
    });

    it('is retried with all others, though one of them was replayed', async () => {
      const replayed = await fail();
      const other = await fail();
      await run(sql`update dead_jobs set replayed_at = now() where job_id = ${replayed}`);
      outside.answer = () => ({ status: 200 });
      const all = await admin.send<{ retried: number; skipped: number }>(
        'PUT',
        `${board}/retry/failed`,
        {},
      );
      expect(all.status).toBe(200);
      expect(all.body.retried).toBeGreaterThanOrEqual(1);
      expect(all.body.skipped).toBeGreaterThanOrEqual(1);
      expect(await letters('all')).toContain(replayed);
      expect(await letters('all')).not.toContain(other);
    });

    it('is not removed in bulk while it runs', async () => {
      for (const state of ['active', 'waiting-children', 'nonsense']) {
        expect([state, (await admin.send('PUT', `${board}/clean/${state}`, {})).status]).toEqual([
          state,
          403,
        ]);
      }
      expect((await admin.send('PUT', `${board}/clean/delayed`, {})).status).toBe(200);
      expect((await admin.send('PUT', `${board}/empty`, {})).status).toBe(200);
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

  describe('a secret', () => {
    const NOTIFICATIONS = '/api/notifications';
    const NUMBER = '+4915112345678';
    const done = <Body>({ status, body }: { status: number; body: Body }): Body => {
      expect([200, 201, 204]).toContain(status);
      return body;
    };

    const password = 'sealed-and-opened-again';
    let sink: SmtpSink;
    beforeAll(async () => {
      sink = await SmtpSink.start({ login: { user: 'bourse', password } });
    });
    afterAll(() => sink.stop());

    it('stands in no job, no log, no table, no key and on no page of an administrator', async () => {
      await keepWritten(bourse, ['outbox', 'jobs', 'dead_jobs', 'admin_actions']);
      const put = (path: string, body: unknown, by = admin) => by.send<object>('PUT', path, body);

      const asked = (path: string) => outside.requests.filter((one) => one.path.includes(path));

      // What administrators set up, and what goes wrong with it.
      const mail = { host: '127.0.0.1', port: sink.port, security: 'none', user: 'bourse' };
      const from = { fromAddress: 'bourse@example.com', timeoutMs: 2_000 };
      const wrongPassword = 'not-the-word-of-the-mail-server';
      const authToken = 'of-twilio-and-of-nobody-else';
      const pair = createECDH('prime256v1');
      const publicKey = pair.generateKeys('base64url');
      const privateKey = pair.getPrivateKey('hex').padStart(64, '0');
      const vapid = Buffer.from(privateKey, 'hex').toString('base64url');
      done(await put('/api/admin/config/email', { ...mail, ...from, password: wrongPassword }));
      const test = await admin.post('/api/admin/config/email/test', { to: 'a@example.com' });
      expect(test.status).toBeGreaterThanOrEqual(400);
      done(await put('/api/admin/config/email', { ...mail, ...from, password }));
      const account = { accountSid: `AC${'a'.repeat(32)}`, from: '+15005550006', authToken };
      done(await put('/api/admin/config/sms', account));
      const subject = 'mailto:ops@example.com';
      done(await put('/api/admin/config/push', { subject, publicKey, privateKey: vapid }));

      // What a user has.
      const input = newTrader();
      const user = bourse.client();
      done(await user.post('/api/auth/register', input));
      await user.login(input);
      const { id: userId } = user.user;
      const firstToken = user.token ?? '';
      const newPassword = `${input.password}-and-more`;
      const changed = { currentPassword: input.password, newPassword };
      const { token: secondToken } = done(
        await user.post<{ token: string }>('/api/auth/password', changed),
      );
      user.token = secondToken;
      const proof = { currentPassword: newPassword };
      const { key: apiKey } = done(
        await user.post<{ key: string }>('/api/auth/api-keys', {
          name: 'a program',
          scopes: ['read', 'trade'],
          ...proof,
        }),
      );
      const { secret: totp } = done(
        await user.post<{ secret: string }>('/api/auth/second-factor', proof),
      );
      const code = generateSync({ secret: totp, epoch: bourse.clock.nowMs() / 1_000 });
      const confirmed = done(
        await user.post<{ recoveryCodes: string[]; token: string }>(
          '/api/auth/second-factor/confirm',
          { code },
        ),
      );
      user.token = confirmed.token;
      const hook = { url: `${outside.url}/hook` };
      const { secret: signing } = done(
        await user.post<{ secret: string }>(`${NOTIFICATIONS}/webhooks`, hook),
      );
      const browser = new PushBrowser().subscription(`${outside.url}/push`);
      done(await user.post(`${NOTIFICATIONS}/push/subscriptions`, browser));
      done(await put(`${NOTIFICATIONS}/phone`, { number: NUMBER }, user));
      const [sent] = asked('Messages.json');
      const text = new URLSearchParams(sent?.body.toString()).get('Body') ?? '';
      const smsCode = /\d{6}/.exec(text)?.[0] ?? '';
      done(await user.post(`${NOTIFICATIONS}/phone/verify`, { code: smsCode }));
      const everyWay = { email: true, sms: true, push: true, webhook: true };
      done(await put(`${NOTIFICATIONS}/preferences`, { 'training-finished': everyWay }, user));

      // What becomes of it: sent by every way, refused for good by every way, and held in the queue.
      const happens = async (): Promise<string> => {
        const trainingId = newId();
        await bourse.app.get(Database).transaction((transaction) =>
          bourse.app.get(Outbox).publish(transaction, TrainingFinished, {
            userId,
            modelId: newId(),
            name: 'Momentum',
            trainingId,
            outcome: 'finished',
            result: { version: 1, accuracy: 0.61, baselineAccuracy: 0.52 },
            failure: null,
          }),
        );
        return trainingId;
      };
      await happens();
      await eventually(() => {
        expect(
          sink
            .mailsTo(input.email)
            .map(({ body }) => body)
            .join(),
        ).toContain('unsubscribe');
        expect(asked('/hook')).not.toEqual([]);
        expect(asked('/push')).not.toEqual([]);
        // The first had the code.
        expect(asked('Messages.json').length).toBeGreaterThanOrEqual(2);
      });
      const letter = sink
        .mailsTo(input.email)
        .map(({ body, headers }) => `${headers.join()} ${body}`);
      const unsubscribe = /unsubscribe\?token=([\w.-]+)/.exec(letter.join())?.[1] ?? '';
      done(await bourse.client().get(`${NOTIFICATIONS}/unsubscribe?token=${unsubscribe}`));
      sink.replyTo = () => 550;
      outside.answer = () => ({ status: 410 });
      await happens();
      const dead = '/api/admin/queues/notifications/dead?state=all&limit=100';
      await eventually(async () => {
        const { body } = await admin.get<{ items: unknown[] }>(dead);
        expect(body.items.length).toBeGreaterThanOrEqual(2);
      });
      done(await admin.post('/api/admin/queues/notifications/pause'));
      await happens();
      done(
        await user.post('/api/orders', {
          symbol: 'AAPL',
          side: 'buy',
          type: 'market',
          quantity: '1',
        }),
      );

      // Shown where it should not be, by who has it.
      for (const path of [`/api/users/me?token=${user.token}&api_key=${apiKey}`, `/no/${apiKey}`]) {
        await user.get(path, { cookie: `session=${user.token}`, 'x-api-key': apiKey });
      }
      await bourse.client().get('/api/users/me', { authorization: `Bearer ${apiKey}` });
      await bourse.client().post('/api/auth/login', { ...input, code: confirmed.recoveryCodes[0] });
      await bourse.client().post('/api/auth/login', `{"password":"${newPassword}"`);

      const places = [...(await keptRows(bourse)), ...(await keptKeys(bourse)), ...(await pages())];
      places.push(...bourse.logs.map((line): Place => ['log', JSON.stringify(line)]));
      const [recovery = ''] = confirmed.recoveryCodes;
      const secrets = {
        'SMTP password': password,
        'wrong SMTP password': wrongPassword,
        'Twilio token': authToken,
        'Basic of Twilio': Buffer.from(`${account.accountSid}:${authToken}`).toString('base64'),
        'VAPID key': vapid,
        'VAPID key in hex': privateKey,
        'webhook secret': signing.replace('whsec_', ''),
        'first password': input.password,
        'first session': firstToken,
        'second session': secondToken,
        'third session': confirmed.token,
        'session of the admin': admin.token ?? '',
        'password of the admin': ADMIN.password,
        'API key': apiKey,
        'TOTP secret': totp,
        'TOTP code': code,
        'recovery code': recovery,
        'SMS code': smsCode,
        'unsubscribe link': unsubscribe,
      };
      // All of it was looked at: what is no secret is found in each of them.
      const known = secretsIn(places, { user: userId, queue: 'notifications' });
      const looked = [...new Set(known.map((one) => one.replace(/^\w+ in /, '')))].join('\n');
      const ofBackend = backend.name === 'embedded' ? 'jobs' : ':q:notifications:';
      for (const one of [
        'outbox',
        'dead_jobs',
        'admin_actions',
        'log',
        ofBackend,
        dead,
        'board',
        'ops.queues',
      ]) {
        expect(looked).toContain(one);
      }
      expect(secretsIn(places, secrets)).toEqual([]);
      done(await admin.post('/api/admin/queues/notifications/drain'));
      done(await admin.post('/api/admin/queues/notifications/resume'));
    });

    /** All that administrators see of jobs, settings and each other. */
    const pages = async (): Promise<Place[]> => {
      const board = '/admin/queues/api/queues';
      const { queues } = (await admin.get<{ queues: BoardQueue[] }>(board)).body;
      const lists: [string, string][] = [
        'queues',
        'actions?limit=200',
        'config/changes?limit=100',
        'config/email',
        'config/sms',
        'config/push',
        'messages?limit=100',
        'users?limit=100',
        ...queues.map(({ name }) => `queues/${name}/dead?state=all&limit=100`),
      ].map((path) => ['', `/api/admin/${path}`]);
      lists.push(['', '/admin/outbox']);
      for (const { name } of queues) {
        const states = ['latest', 'waiting', 'prioritized', 'active', 'completed', 'failed'];
        for (const status of states) {
          const query = `activeQueue=${name}&status=${status}&page=1&jobsPerPage=100`;
          lists.push(['board ', `${board}?${query}`]);
        }
      }
      const places: Place[] = [];
      for (const [kind, path] of lists) {
        const { status, body } = await admin.get(path);
        if (status >= 500) throw new Error(`${path} answers ${status}`);
        places.push([kind + path, JSON.stringify(body)]);
      }
      const live = await LiveClient.connect(bourse.url, { token: admin.token });
      for (const channel of ['ops.alerts', 'ops.queues', 'ops.jobs']) {
        const answer = JSON.stringify(await live.subscribe(channel));
        const told = () => [...live.on(channel), ...live.snapshots];
        // A durable channel begins in the answer, any other by a message.
        if (!answer.includes('"snapshot"')) await eventually(() => expect(told()).not.toEqual([]));
        places.push([channel, answer + JSON.stringify(told())]);
      }
      live.close();
      return places;
    };
  });
});
