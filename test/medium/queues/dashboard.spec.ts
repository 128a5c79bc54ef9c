import '../../support/quiet.js';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type HTTPMethods } from 'fastify';
import { z } from 'zod';
import { defineJob } from '../../../src/redis/queues/job-definition.js';
import { ProblemDetailsFilter } from '../../../src/http/index.js';
import { AppError } from '../../../src/kernel/app-error.js';
import {
  mountQueueDashboard,
  type DashboardAuthorizer,
  type DashboardRecorder,
} from '../../../src/redis/queues/dashboard/mount-queue-dashboard.js';
import { QueueDashboard } from '../../../src/redis/queues/dashboard/queue-dashboard.js';
import { QueueOperations } from '../../../src/redis/queues/queue-operations.js';
import { QueueRegistry } from '../../../src/redis/queues/queue-registry.js';
import { defineQueue } from '../../../src/redis/queues/queue-definition.js';
import {
  bullBackend,
  embeddedBackend,
  type QueueBackend,
  type QueueProcess,
} from '../../contracts/queues.drivers.js';

const problems = new ProblemDetailsFilter();
const BASE = '/admin/queues';
const METHODS: HTTPMethods[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
];
const queue = defineQueue({
  name: 'mail',
  jobs: {
    send: defineJob({ schema: z.object({ to: z.string() }), recovery: 'none', timeoutMs: 60_000 }),
  },
  attempts: 1,
  backoff: { delayMs: 10, maxDelayMs: 10 },
  concurrency: 1,
  rateLimit: null,
  retention: { completedMs: 60_000, completedCount: 10, failedMs: 60_000, failedCount: 10 },
  priority: 'normal',
});

describe.each<[string, () => Promise<QueueBackend>]>([
  ['embedded', () => embeddedBackend('pglite')],
  ['BullMQ', () => bullBackend()],
])('queue dashboard, %s', (_kind, createBackend) => {
  let backend: QueueBackend;
  let process: QueueProcess;
  const servers: FastifyInstance[] = [];

  beforeAll(async () => {
    backend = await createBackend();
    process = backend.createProcess(queue);
    await process.queues.open();
    await process.queues.add(queue, 'send', { to: 'ada' }, { id: 'job-of-ada' });
  });

  afterAll(() => backend.close());
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  const dashboard = {
    adapters: () => {
      const registry = new QueueRegistry();
      registry.declare(queue);
      const operations = new QueueOperations(registry, process.queues, process.deadLetters);
      return new QueueDashboard(registry, process.queues, operations).adapters();
    },
  };

  async function serve(
    authorize: DashboardAuthorizer,
    options = {},
    prepare: (server: FastifyInstance) => void = () => undefined,
    record: DashboardRecorder = async () => async () => undefined,
  ) {
    const server = Fastify({ exposeHeadRoutes: true, ...options });
    servers.push(server);
    prepare(server);
    const routes: { method: string; url: string }[] = [];
    server.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push({ method: each, url });
    });
    server.get('/orders', () => 'orders');
    await mountQueueDashboard(server, dashboard, {
      basePath: BASE,
      authorize,
      record,
      answerError: (error, request, reply) => problems.answer(error, request, reply),
    });
    server.get('/users', () => 'users');
    await server.ready();
    return { server, routes: routes.filter(({ url }) => url.startsWith(BASE)) };
  }

  /** Paths that a route serves, with the parameters filled in as an attacker would who knows the names. */
  const concrete = (url: string) =>
    url
      .replace(':queueName', 'mail')
      .replace(':jobId', 'job-of-ada')
      .replace(':queueStatus', 'failed')
      .replace(':schedulerId', 'none')
      .replace('*', 'css/main.css');

  /** As the operators' guide names them. */
  const isOfferedHere = (url: string) =>
    /\/(pause|resume|promote|empty|add|retry|retry\/:queueStatus|clean|clean\/:queueStatus)$/.test(
      url,
    );

  const stored = async () =>
    (await process.queues.dashboardAdapter(queue).getJob('job-of-ada'))?.toJSON();

  const disguises: [string, (path: string) => string][] = [
    ['as it is', (path) => path],
    ['with a slash at the end', (path) => `${path}/`],
    ['with doubled slashes', (path) => path.replaceAll('/', '//')],
    ['in capitals', (path) => path.replace(BASE, BASE.toUpperCase())],
    ['with an encoded letter', (path) => path.replace('/admin', '/%61dmin')],
    [
      'with every letter encoded',
      (path) => path.replace(/[a-z]/g, (c) => `%${c.charCodeAt(0).toString(16)}`),
    ],
    ['with encoded slashes', (path) => path.replaceAll('/', '%2f').replace('%2f', '/')],
    ['encoded twice', (path) => path.replace('/admin', '/%2561dmin')],
    ['with a dot segment', (path) => path.replace('/queues', '/./queues')],
    ['with an encoded dot segment', (path) => path.replace('/queues', '/%2e/queues')],
    ['from a sibling', (path) => `/orders/..${path}`],
    ['from an encoded sibling', (path) => `/orders/%2e%2e${path}`],
    ['with a parameter', (path) => path.replace('/queues', '/queues;a=b')],
    ['with a query', (path) => `${path}?activeQueue=mail`],
    ['with a backslash', (path) => path.replace('/queues', '\\queues')],
    ['with the scheme before it', (path) => `http://localhost${path}`],
  ];

  it('refuses every route of it, by every method', async () => {
    const { server, routes } = await serve(async () => false);
    // The pages, their files and some thirty calls of the API: an empty walk would prove nothing.
    expect(routes.length).toBeGreaterThan(40);
    for (const { url } of routes) {
      for (const method of METHODS) {
        const answer = await server.inject({ method: method as 'GET', url: concrete(url) });
        expect([method, url, answer.statusCode]).toEqual([method, url, 403]);
      }
    }
    const counts = await process.queues.dashboardAdapter(queue).getJobCounts();
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('refuses what is not there the same way', async () => {
    const { server } = await serve(async () => false);
    for (const path of ['/nothing', '/api', '/api/nothing', '/static', '/static/../api/queues']) {
      expect((await server.inject(BASE + path)).statusCode).toBe(403);
    }
  });

  it('refuses a route that only the router takes for one of it', async () => {
    const { server } = await serve(async () => false);
    // Decoded, these lead out of the dashboard; the router hands them to it all the same.
    for (const path of ['/queue/..%2f..%2f..%2forders', '/static/..%2f..%2f..%2forders']) {
      expect((await server.inject(BASE + path)).statusCode).toBe(403);
    }
  });

  it.each(disguises)('refuses a route that is written %s', async (_how, disguise) => {
    for (const options of [
      {},
      {
        caseSensitive: false,
        ignoreTrailingSlash: true,
        ignoreDuplicateSlashes: true,
        useSemicolonDelimiter: true,
      },
    ]) {
      const { server } = await serve(async () => false, { routerOptions: options });
      const address = await server.listen({ host: '127.0.0.1', port: 0 });
      for (const path of [
        '',
        '/api/queues',
        '/api/queues/mail/job-of-ada',
        '/static/css/main.css',
      ]) {
        for (const method of ['GET', 'PUT']) {
          const target = disguise(BASE + path);
          // Over a socket: clients, and inject, tidy up the path before it is sent.
          expect([target, await statusOf(address, method, target)]).toEqual([target, 403]);
        }
      }
    }
  });

  it('does not ask about anything else', async () => {
    let asked = 0;
    const { server } = await serve(async () => {
      asked += 1;
      return false;
    });
    for (const url of ['/orders', '/users'])
      expect((await server.inject(url)).statusCode).toBe(200);
    expect((await server.inject('/admin')).statusCode).toBe(404);
    expect(asked).toBe(0);
  });

  it.each<[string, DashboardAuthorizer, number]>([
    ['nothing was decided', async () => undefined, 403],
    ['an error came up', () => Promise.reject(new TypeError('x is undefined')), 403],
    [
      'nobody is signed in',
      () => Promise.reject(new AppError('unauthenticated', 'a.b', 'who?')),
      401,
    ],
    [
      'it cannot be told who is asking',
      () => Promise.reject(new AppError('unavailable', 'a.b', 'away')),
      503,
    ],
  ])('refuses when %s, and gives nothing away', async (_what, authorize, status) => {
    const { server } = await serve(authorize);
    const answer = await server.inject(`${BASE}/api/queues`);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ status, code: 'queue.dashboard_refused' });
    expect(answer.body).not.toMatch(/mail|undefined|who|away/);
  });

  it('leaves an answer of the authorizer as it is, also while hooks are still at work on it', async () => {
    const authorize: DashboardAuthorizer = async (request, reply) => {
      void reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
    };
    const { server } = await serve(authorize, {}, (bare) => {
      bare.addHook('onSend', async (_request, _reply, payload) => {
        await delay(50);
        return payload;
      });
    });
    const answer = await server.inject(`${BASE}/`);
    expect([answer.statusCode, answer.headers['location']]).toEqual([
      303,
      '/login?next=%2Fadmin%2Fqueues%2F',
    ]);
  });

  it('shows the page, its files and the jobs to whoever may see them', async () => {
    const { server } = await serve(async () => true);
    const page = await server.inject(`${BASE}/`);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Bourse queues');
    const script = /src="(static\/js\/main[^"]*)"/.exec(page.body)?.[1] ?? '';
    expect((await server.inject(`${BASE}/${script}`)).statusCode).toBe(200);

    const list = await server.inject(`${BASE}/api/queues?activeQueue=mail`);
    expect(list.statusCode).toBe(200);
    const [shown] = list.json<{ queues: { name: string; jobs: { id: string }[] }[] }>().queues;
    expect(shown).toMatchObject({ name: 'mail', jobs: [{ id: 'job-of-ada', name: 'send' }] });

    const job = await server.inject(`${BASE}/api/queues/mail/job-of-ada`);
    expect(job.statusCode).toBe(200);
    expect(JSON.stringify(job.json())).toContain('"to":"ada"');
  });

  it('answers every reading call of its API without an error of its own', async () => {
    const { server, routes } = await serve(async () => true);
    for (const { url } of routes.filter((route) => route.method === 'GET')) {
      const { statusCode } = await server.inject(concrete(url));
      expect([url, statusCode < 500]).toEqual([url, true]);
    }
  });

  it.each([
    '?activeQueue=mail&status=completed&page=1e30',
    '?activeQueue=mail&status=completed&page=9007199254740991',
    '?activeQueue=mail&status=completed&jobsPerPage=1000000000',
    '?activeQueue=mail&status=%00',
    '?activeQueue=%25',
    '?activeQueue=%25E0%25A4',
    '?activeQueue=a&activeQueue=b',
  ])('refuses the query %s, and says why', async (query) => {
    const { server } = await serve(async () => true);
    const answer = await server.inject(`${BASE}/api/queues${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ status: 400, code: 'queue.invalid_query' });
  });

  it('answers what goes wrong as a problem that its page can show, without the words of the backend', async () => {
    const { server } = await serve(async () => true);
    const post = (payload: unknown) =>
      server.inject({
        method: 'POST',
        url: `${BASE}/api/queues/mail/add`,
        headers: { 'content-type': 'application/json' },
        payload: payload as object,
      });
    const unknown = await post({ name: 'no-such-job', data: {} });
    expect(unknown.statusCode).toBe(400);
    expect(unknown.json()).toMatchObject({
      code: 'queue.unknown_job',
      error: 'Bad Request',
      message: 'the queue "mail" has no job "no-such-job"',
    });
    const unreadable = await post('{"name":');
    expect(unreadable.statusCode).toBe(400);
    expect(unreadable.json()).toMatchObject({ code: 'request.malformed' });
  });

  it('takes no key of the backend for a job', async () => {
    const { server } = await serve(async () => true);
    for (const id of ['meta', 'events', 'completed', 'id', 'stalled-check', 'a:logs', '7', '%00']) {
      const url = `${BASE}/api/queues/mail/${id}`;
      for (const path of ['', '/flow', '/logs']) {
        expect([id, path, (await server.inject(url + path)).statusCode]).toEqual([id, path, 404]);
      }
      for (const path of ['/clean', '/retry', '/promote']) {
        const answer = await server.inject({ method: 'PUT', url: url + path, payload: {} });
        expect([id, path, answer.statusCode]).toEqual([id, path, 404]);
      }
    }
  });

  it('lets nobody write past the checks, or change what its declaration says', async () => {
    const { server, routes } = await serve(async () => true);
    const before = JSON.stringify(await stored());
    const writing = routes.filter(({ method }) => !['GET', 'HEAD'].includes(method));
    const refused: string[] = [];
    for (const { method, url } of writing.filter(({ url: route }) => !isOfferedHere(route))) {
      const answer = await server.inject({
        method: method as 'PUT',
        url: concrete(url),
        payload: { to: 7, delay: 1, priority: 1, max: 1, duration: 1, concurrency: 1 },
      });
      expect([url, answer.statusCode]).toEqual([url, 403]);
      expect(answer.json()).toMatchObject({ code: 'queue.not_offered', status: 403 });
      refused.push(url.slice(BASE.length));
    }
    expect(refused).toEqual(
      expect.arrayContaining([
        '/api/queues/:queueName/:jobId/update-data',
        '/api/queues/:queueName/:jobId/delay',
        '/api/queues/:queueName/:jobId/priority',
        '/api/queues/:queueName/obliterate',
        '/api/queues/:queueName/concurrency',
        '/api/queues/:queueName/rate-limit',
        '/api/queues/:queueName/rate-limit/release',
        '/api/queues/:queueName/job-schedulers/:schedulerId',
        '/api/queues/:queueName/job-schedulers/:schedulerId/remove',
        '/api/queues/:queueName/job-schedulers/:schedulerId/run',
      ]),
    );
    expect(JSON.stringify(await stored())).toBe(before);
  });

  it('records what changes something before it is done, and how it went; nothing else', async () => {
    const records: string[] = [];
    const { server } = await serve(
      async () => true,
      {},
      () => undefined,
      async ({ method, routeOptions }) => {
        records.push(`${method} ${routeOptions.url?.slice(BASE.length) ?? ''}`);
        return async (status) => void records.push(`ended ${status}`);
      },
    );
    const send = (method: 'GET' | 'PUT' | 'PATCH', path: string) =>
      server.inject({ method, url: `${BASE}/api/queues${path}`, payload: {} });
    await send('GET', '');
    await send('PATCH', '/mail/job-of-ada/update-data');
    await send('PUT', '/mail/nothing-of-the-kind');
    expect(records).toEqual([]);
    await send('PUT', '/mail/pause');
    await send('PUT', '/mail/resume');
    await send('PUT', '/mail/no-such-job/retry');
    expect(records).toEqual([
      'PUT /api/queues/:queueName/pause',
      'ended 200',
      'PUT /api/queues/:queueName/resume',
      'ended 200',
      'PUT /api/queues/:queueName/:jobId/retry',
      'ended 404',
    ]);
  });

  it('changes nothing that cannot be recorded', async () => {
    const { server } = await serve(
      async () => true,
      {},
      () => undefined,
      () => Promise.reject(new Error('away')),
    );
    const url = `${BASE}/api/queues/mail/pause`;
    const answer = await server.inject({ method: 'PUT', url, payload: {} });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ code: 'audit.unavailable' });
    expect(await process.queues.dashboardAdapter(queue).isPaused()).toBe(false);
    expect((await server.inject(`${BASE}/api/queues`)).statusCode).toBe(200);
  });

  it('lets an admin change what is there', async () => {
    const { server } = await serve(async () => true);
    const put = (path: string) =>
      server.inject({ method: 'PUT', url: `${BASE}/api/queues/mail${path}`, payload: {} });
    const added = await server.inject({
      method: 'POST',
      url: `${BASE}/api/queues/mail/add`,
      payload: { name: 'send', data: { to: 'bob' }, options: { delay: 60_000 } },
    });
    expect(added.statusCode).toBe(200);
    const { id } = added.json<{ job: { id: string } }>().job;
    expect(added.json()).toMatchObject({ status: 'delayed' });
    expect((await put(`/${id}/promote`)).statusCode).toBe(204);
    expect((await put(`/${id}/promote`)).statusCode).toBe(409);
    expect((await put(`/${id}/retry`)).statusCode).toBe(400);
    expect((await put('/pause')).statusCode).toBe(200);
    expect((await put('/resume')).statusCode).toBe(200);
    expect((await put(`/${id}/clean`)).statusCode).toBe(204);
    expect((await put(`/${id}/clean`)).statusCode).toBe(404);
    const refused = await server.inject({
      method: 'POST',
      url: `${BASE}/api/queues/mail/add`,
      payload: { name: 'send', data: { to: 7 } },
    });
    expect(refused.statusCode).toBe(400);
  });
});

describe('queue dashboard while its Redis is away', () => {
  it('says so, as the API does', async () => {
    const backend = await bullBackend({ REDIS_URL: 'redis://127.0.0.1:1' });
    const { queues, deadLetters } = backend.createProcess(queue);
    const registry = new QueueRegistry();
    registry.declare(queue);
    const operations = new QueueOperations(registry, queues, deadLetters);
    const server = Fastify();
    await mountQueueDashboard(server, new QueueDashboard(registry, queues, operations), {
      basePath: BASE,
      authorize: async () => true,
      record: async () => async () => undefined,
      answerError: (error, request, reply) => problems.answer(error, request, reply),
    });
    const put = (path: string) =>
      server.inject({ method: 'PUT', url: `${BASE}/api/queues/mail${path}`, payload: {} });
    const answers = await Promise.all([
      server.inject(`${BASE}/api/queues`),
      server.inject(`${BASE}/api/queues/mail/job-of-ada`),
      put('/pause'),
      put('/promote'),
      put('/empty'),
      put('/retry/failed'),
      put('/job-of-ada/retry'),
    ]);
    for (const answer of answers) {
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({
        code: 'queue.unavailable',
        detail: 'the queues do not answer',
      });
    }
    await server.close();
    await backend.close();
  });
});

/** The status of a request whose target goes over the wire exactly as it is written. */
function statusOf(address: string, method: string, target: string): Promise<number> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.setTimeout(5_000, () => socket.destroy(new Error(`no answer to ${target}`)));
    socket.once('error', reject);
    socket.once('data', (data: Buffer) => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(data.toString())?.[1]));
    });
    socket.write(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`);
  });
}
