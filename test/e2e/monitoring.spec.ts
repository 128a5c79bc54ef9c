import { eq } from 'drizzle-orm';
import { Database } from '../../src/database/index.js';
import { outboxTable } from '../../src/database/outbox/outbox.table.js';
import { newId } from '../../src/kernel/ids.js';
import type { Alert } from '../../src/modules/monitoring/alerts/alerts.dto.js';
import { AlertsService } from '../../src/modules/monitoring/alerts/alerts.service.js';
import type {
  CacheFigures,
  OutboxReport,
  QueueFigures,
} from '../../src/modules/monitoring/figures/app.dto.js';
import { RedisFiguresService } from '../../src/modules/monitoring/figures/redis-figures.service.js';
import type {
  Clients,
  PerformanceTest,
  RedisDashboard,
  SlowQueries,
} from '../../src/modules/monitoring/figures/redis.dto.js';
import { RedisConnections } from '../../src/redis/connection/redis-connections.js';
import { KeyBuilder } from '../../src/redis/keys/redis-key.js';
import { eventually } from '../support/eventually.js';
import { testRedisUrl } from '../support/servers/index.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { ApiClient } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';
import { LASTING_SESSIONS } from './support/settings.js';

const MINUTE_MS = 60_000;
const patient = { timeoutMs: 15_000 };

interface AlertPage {
  readonly items: Alert[];
  readonly nextCursor: string | null;
}

const queueOf = (figures: Record<string, unknown> = {}, name = '') =>
  (figures['items'] as QueueFigures['items']).find((queue) => queue.name === name);

describe.each(BACKENDS)('monitoring on $name', (backend) => {
  const embedded = backend.name === 'embedded';
  let bourse: Bourse;
  let admin: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, LASTING_SESSIONS);
    admin = await bourse.admin();
  });
  afterAll(() => bourse.close());

  const read = async <Body>(path: string): Promise<Body> => {
    const answer = await admin.get<Body>(`/api/monitoring/${path}`);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const evaluate = async (): Promise<void> => {
    const path = '/api/admin/schedules/monitoring.evaluate-alerts/run';
    await eventually(async () => expect((await admin.post(path)).status).toBe(202), patient);
  };

  it('is for those who may read it', async () => {
    const trader = await bourse.trader();
    const paths = [
      'redis/dashboard',
      'redis/performance-test',
      'redis/slow-queries',
      'redis/clients',
      'cache',
      'queues',
      'outbox',
      'alerts',
    ];
    for (const path of paths) {
      expect((await trader.get(`/api/monitoring/${path}`)).status).toBe(403);
      expect((await bourse.client().get(`/api/monitoring/${path}`)).status).toBe(401);
    }
  });

  it('shows how Redis does', async () => {
    const dashboard = await eventually(async () => {
      const shown = await read<RedisDashboard>('redis/dashboard');
      expect(shown.health.status).toBe('healthy');
      // Who walks through many keys beside others may have to leave some for the next time.
      expect(shown.caches?.complete ?? embedded).toBe(true);
      return shown;
    }, patient);
    expect(dashboard.connection.connected).toBe(true);
    if (embedded) {
      expect(dashboard).toMatchObject({
        mode: 'memory',
        memory: null,
        keyspace: null,
        caches: null,
      });
      expect(dashboard.note).toContain('No Redis is configured');
      return;
    }
    expect(dashboard).toMatchObject({ mode: 'redis', note: null });
    expect(dashboard.memory?.usedBytes).toBeGreaterThan(0);
    expect(dashboard.performance?.commands).toBeGreaterThan(0);
    expect(dashboard.keyspace?.keys).toBeGreaterThan(0);
    const { namespaces = [], keys, bytes } = dashboard.caches ?? {};
    expect(namespaces.reduce((total, space) => total + space.keys, 0)).toBe(keys);
    expect(namespaces.reduce((total, space) => total + space.bytes, 0)).toBe(bytes);
    expect(dashboard.clients?.connected).toBeGreaterThan(2);
    expect(dashboard.hitRate?.percent).toBeLessThanOrEqual(100);
    expect(dashboard.connection.latencyMs).toBeGreaterThan(0);
  });

  it('measures Redis with keys of its own, once at a time', async () => {
    if (embedded) {
      const test = await read<PerformanceTest>('redis/performance-test?operations=50');
      expect(test).toMatchObject({ mode: 'memory', result: null });
      return;
    }
    const test = await eventually(async () => {
      const one = await read<PerformanceTest>('redis/performance-test?operations=50');
      expect(one.result).toMatchObject({ operations: 150, complete: true });
      return one;
    }, patient);
    const { set, get, delete: deleted } = test.result?.commands ?? {};
    for (const command of [set, get, deleted]) {
      expect(command?.operations).toBe(50);
      expect(command?.p50Ms).toBeGreaterThan(0);
      expect(command?.p95Ms).toBeGreaterThanOrEqual(command?.p50Ms ?? Infinity);
      expect(command?.maxMs).toBeGreaterThanOrEqual(command?.p95Ms ?? Infinity);
    }
    expect(test.result?.operationsPerSecond).toBeGreaterThan(0);
    const { command } = bourse.app.get(RedisConnections);
    const keys = bourse.app.get<KeyBuilder>(KeyBuilder);
    expect(await command.keys(`${keys.key('cache', 'general', 'performance-test')}*`)).toEqual([]);

    const path = '/api/monitoring/redis/performance-test?operations=1000';
    // One of the three may have ended before another came.
    await eventually(async () => {
      const answers = await Promise.all([1, 2, 3].map(() => admin.get(path)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
      expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
        code: 'monitoring.test_running',
      });
    }, patient);
  });

  it('refuses figures that make no sense', async () => {
    for (const query of [
      'redis/performance-test?operations=1001',
      'redis/performance-test?operations=0',
      'redis/slow-queries?limit=501',
      'redis/clients?limit=-1',
      'redis/clients?other=1',
      'alerts?state=loud',
      'alerts?cursor=nonsense',
    ]) {
      expect((await admin.get(`/api/monitoring/${query}`)).status).toBe(400);
    }
  });

  it('shows slow queries without what they carried, and who is connected', async () => {
    const slow = await read<SlowQueries>('redis/slow-queries');
    const clients = await read<Clients>('redis/clients?limit=2');
    if (embedded) {
      expect([slow.items, clients.items]).toEqual([null, null]);
      expect(slow.note).toContain('No Redis is configured');
      return;
    }
    expect(Array.isArray(slow.items)).toBe(true);
    expect(clients.items).toHaveLength(2);
    expect(clients.total).toBeGreaterThan(2);
    const all = await read<Clients>('redis/clients?limit=500');
    const { prefix } = bourse.app.get<KeyBuilder>(KeyBuilder);
    const own = all.items?.filter(({ name }) => name === `${prefix}-command`);
    expect(own).toMatchObject([{ own: true, address: expect.any(String) as string }]);
  });

  it('counts hits and misses per cache and namespace', async () => {
    const trader = await bourse.trader();
    const before = await read<CacheFigures>('cache');
    for (let i = 0; i < 4; i += 1) await trader.get('/api/users/me');
    const users = (figures: CacheFigures) =>
      figures.namespaces.find(({ namespace }) => namespace === 'users');
    await eventually(async () => {
      const after = await read<CacheFigures>('cache');
      expect((users(after)?.hits ?? 0) - (users(before)?.hits ?? 0)).toBeGreaterThanOrEqual(3);
      expect(after.instance.hits).toBeGreaterThan(before.instance.hits);
      expect(after.lastMinute.instances).toBe(1);
      expect(after.lastMinute.hits).toBeGreaterThan(0);
      expect(after.caches.map(({ name }) => name)).toContain('portfolio.summary');
      if (embedded) expect(after.stored).toBeNull();
      else expect(after.stored?.bytes).toBeGreaterThan(0);
    }, patient);
  });

  it('raises an alert once when jobs pile up, tells admins, and resolves it', async () => {
    const live = await LiveClient.connect(bourse.url, { token: admin.token });
    expect(await live.subscribe('ops.alerts')).toMatchObject({ ok: true });
    const trader = await bourse.trader();
    const outsider = await LiveClient.connect(bourse.url, { token: trader.token });
    const queues = await live.follow('ops.queues');
    // A schedule may be at work.
    const { snapshot } = await live.follow('ops.jobs');
    expect(
      (snapshot as { jobs: { queue: string }[] }).jobs.map(({ queue }) => queue),
    ).not.toContain('trading');
    const before = queueOf(queues.snapshot, 'trading');
    expect(before).toMatchObject({ waiting: 0, paused: false });
    for (const channel of ['ops.alerts', 'ops.queues', 'ops.jobs']) {
      expect(await outsider.subscribe(channel)).toMatchObject({
        ok: false,
        error: { code: 'live.unknown_channel' },
      });
    }
    outsider.close();

    // Reached by the last order alone: the schedule may look between two of them.
    const settings = { alerts: { queueBacklog: 2 } };
    expect((await admin.send('PUT', '/api/admin/config/system', settings)).status).toBe(200);
    await admin.send('PUT', '/admin/queues/api/queues/trading/pause');
    const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
    for (let i = 0; i < 3; i += 1) {
      expect((await trader.post('/api/orders', order)).status).toBe(201);
    }
    const trading = await eventually(async () => {
      const { items } = await read<QueueFigures>('queues');
      const queue = items.find(({ name }) => name === 'trading');
      expect(queue).toMatchObject({ waiting: 3, paused: true });
      return queue;
    }, patient);
    const waitingMs = Date.now() - Date.parse(trading?.oldestWaitingSince ?? '');
    expect(waitingMs).toBeGreaterThanOrEqual(0);
    expect(waitingMs).toBeLessThan(MINUTE_MS);

    const kind = 'queue_backlog:trading';
    await evaluate();
    const raised = await live.next('ops.alerts', (data) => data['kind'] === kind);
    expect(raised.data).toMatchObject({ state: 'active', value: 3, threshold: 2 });
    await evaluate();
    const active = await read<AlertPage>('alerts?state=active');
    expect(active.items.filter((alert) => alert.kind === kind)).toEqual([raised.data]);
    expect((await read<RedisDashboard>('redis/dashboard')).health).toMatchObject({
      status: 'warning',
      issues: expect.arrayContaining([expect.stringContaining('"trading"')]) as string[],
    });

    await admin.send('PUT', '/admin/queues/api/queues/trading/resume');
    await eventually(async () => {
      const { items } = await read<QueueFigures>('queues');
      expect(items.find(({ name }) => name === 'trading')).toMatchObject({
        waiting: 0,
        oldestWaitingSince: null,
      });
    }, patient);
    await evaluate();
    const resolved = await live.next(
      'ops.alerts',
      (data) => data['kind'] === kind && data['state'] === 'resolved',
    );
    expect(resolved.data).toMatchObject({ id: raised.data['id'], kind });
    expect(Date.parse(resolved.data['resolvedAt'] as string)).toBeGreaterThan(0);
    expect(live.on('ops.alerts').filter(({ data }) => data['kind'] === kind)).toHaveLength(2);
    await live.next('ops.queues', (figures) => {
      const { completed = 0 } = queueOf(figures, 'trading') ?? {};
      return completed > (before?.completed ?? 0);
    });
    const past = await read<AlertPage>('alerts?state=resolved');
    // Others of a busy machine may come and go.
    expect(past.items.filter((alert) => alert.kind === kind)).toEqual([resolved.data]);
    live.close();
  });

  it('tells of what cannot be delivered, and of what it holds back', async () => {
    const { sql } = bourse.app.get(Database);
    const stream = 'account:test';
    const row = {
      kind: 'job',
      topic: 'gone',
      name: 'work',
      payload: {},
      correlationId: 'c',
    } as const;
    // As it is after its eighth failure.
    await sql.insert(outboxTable).values({ id: newId(), ...row, stream, attempts: 8 });
    await sql.insert(outboxTable).values({ id: newId(), ...row, stream, topic: 'after' });
    await eventually(async () => {
      const outbox = await read<OutboxReport>('outbox');
      expect(outbox.rows).toBeGreaterThanOrEqual(2);
      expect(outbox.failingRows).toBe(1);
      expect(outbox.failing).toMatchObject([{ stream, kind: 'job', topic: 'gone', attempts: 9 }]);
      expect(outbox.failing[0]?.lastError).toContain('gone');
    }, patient);
    const kind = 'outbox_failing';
    await evaluate();
    await eventually(async () => {
      const { items } = await read<AlertPage>('alerts?state=active');
      expect(items.find((alert) => alert.kind === kind)).toMatchObject({ value: 1, threshold: 0 });
    }, patient);
    await sql.delete(outboxTable).where(eq(outboxTable.stream, stream));
    await evaluate();
    await eventually(async () => {
      const { items } = await read<AlertPage>('alerts?state=active');
      expect(items.some((alert) => alert.kind === kind)).toBe(false);
    }, patient);
  });

  it('pages through the alerts, newest first', async () => {
    const alerts = bourse.app.get(AlertsService);
    const queue = (name: string, state: 'firing' | 'clear') =>
      ({ kind: `queue_backlog:${name}`, state, message: 'm', value: 2, threshold: 1 }) as const;
    await alerts.apply([queue('a', 'firing'), queue('b', 'firing'), queue('c', 'firing')]);
    const first = await read<AlertPage>('alerts?limit=2');
    const second = await read<AlertPage>(`alerts?limit=4&cursor=${first.nextCursor}`);
    expect(first.items).toHaveLength(2);
    // The evaluation of the minute may raise others.
    const kinds = [...first.items, ...second.items].map((alert) => alert.kind);
    expect(kinds.filter((kind) => /^queue_backlog:[abc]$/.test(kind)).slice(0, 3)).toEqual([
      'queue_backlog:c',
      'queue_backlog:b',
      'queue_backlog:a',
    ]);
    // Queues that are no more: nothing would ever say that their backlog is gone. Again, should the
    // evaluation of the minute come between.
    await eventually(async () => {
      await alerts.apply([queue('a', 'firing'), queue('b', 'firing'), queue('c', 'firing')]);
      const { resolved, active } = await alerts.apply([queue('b', 'firing')]);
      expect([...resolved].sort()).toEqual(['queue_backlog:a', 'queue_backlog:c']);
      expect(active).toEqual(['queue_backlog:b']);
    });
  });
});

describe('monitoring while Redis is away', () => {
  it('raises an alert from the database alone, and resolves it afterwards', async () => {
    const [, backend] = BACKENDS;
    if (backend === undefined) throw new Error('no backend with Redis');
    const proxy = new TcpProxy(testRedisUrl());
    await proxy.up();
    const bourse = await startBourse(backend, { ...LASTING_SESSIONS, REDIS_URL: proxy.url });
    const alerts = bourse.app.get(AlertsService);
    const of = async (wanted: string, state: 'active' | 'resolved') => {
      const { items } = await alerts.list({ state, limit: 50 });
      return items.filter(({ kind }) => kind === wanted);
    };
    const ofRedis = (state: 'active' | 'resolved') => of('redis_connection', state);
    const ofLink = (state: 'active' | 'resolved') => of('cache_link', state);
    const nextMinute = () => bourse.clock.advance(MINUTE_MS);
    expect(await ofRedis('active')).toEqual([]);

    await proxy.down();
    nextMinute();
    const [raised] = await eventually(async () => {
      const active = await ofRedis('active');
      expect(active).toHaveLength(1);
      return active;
    }, patient);
    const [unheard] = await eventually(
      async () => {
        // From then on it is more than a minute.
        nextMinute();
        const active = await ofLink('active');
        expect(active).toHaveLength(1);
        return active;
      },
      { ...patient, intervalMs: 1_000 },
    );
    expect(unheard).toMatchObject({
      message: expect.stringContaining('1 of 1 processes') as string,
      threshold: 60,
    });
    expect(unheard?.value).toBeGreaterThanOrEqual(60);
    const figures = bourse.app.get(RedisFiguresService);
    expect(await figures.dashboard()).toMatchObject({
      note: 'Redis does not answer.',
      connection: { connected: false, latencyMs: null },
      health: { status: 'critical' },
      memory: null,
    });
    await expect(figures.slowQueries(1)).rejects.toMatchObject({ code: 'redis.unavailable' });

    await proxy.up();
    await eventually(
      async () => {
        // The errors of the outage are a minute old then.
        nextMinute();
        expect(await ofRedis('active')).toEqual([]);
        expect(await ofLink('active')).toEqual([]);
      },
      { ...patient, intervalMs: 2_000 },
    );
    expect(await ofRedis('resolved')).toMatchObject([{ id: raised?.id }]);
    expect(await ofLink('resolved')).toMatchObject([{ id: unheard?.id }]);
    await bourse.close();
    await proxy.down();
  }, 60_000);
});
