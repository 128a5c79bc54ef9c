import '../support/quiet.js';
import { LiveRedisDiagnostics } from '../../src/redis/diagnostics/live.redis-diagnostics.js';
import { MemoryRedisDiagnostics } from '../../src/redis/diagnostics/memory.redis-diagnostics.js';
import { eventually } from '../support/eventually.js';
import { startRedisCluster, type RedisCluster } from '../support/redis-cluster.js';
import {
  NO_REDIS_URL,
  openClusterInstance,
  openRedisInstance,
  type RedisInstance,
} from '../support/redis-instance.js';
import {
  createTestRedisPrefix,
  startTestServers,
  testRedisUrl,
  type TestServers,
} from '../support/servers/index.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { describeDiagnosticsContract } from './diagnostics.contract.js';

const setupOf = (instance: RedisInstance) => ({
  diagnostics: new LiveRedisDiagnostics(instance.connections, instance.keys),
  instance,
  close: instance.close,
});

describeDiagnosticsContract('memory', async () => ({
  diagnostics: new MemoryRedisDiagnostics(),
  instance: undefined,
  close: () => Promise.resolve(),
}));

describeDiagnosticsContract('redis', async () =>
  setupOf(await openRedisInstance(createTestRedisPrefix())),
);

describe('on a Cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  }, 60_000);
  afterAll(() => cluster?.stop());

  describeDiagnosticsContract('redis cluster', async () =>
    setupOf(await openClusterInstance(createTestRedisPrefix(), cluster.nodes)),
  );

  it('adds its servers up', async () => {
    const { diagnostics } = setupOf(
      await openClusterInstance(createTestRedisPrefix(), cluster.nodes),
    );
    expect(await diagnostics.server()).toMatchObject({ nodes: 2, mode: 'cluster' });
  });
});

describe('diagnostics of a Redis of one’s own', () => {
  let servers: TestServers;
  beforeAll(async () => {
    servers = await startTestServers(['redis']);
  }, 60_000);
  afterAll(() => servers.stop());

  it('show slow queries, latest first, without what they carried', async () => {
    const { diagnostics, instance } = setupOf(
      await openRedisInstance(createTestRedisPrefix(), servers.urls.redis),
    );
    const { connections, keys } = instance;
    await connections.command.config('SET', 'slowlog-log-slower-than', '0');
    await connections.command.set(keys.key('cache', 'ai', 'user:7'), 'a secret', 'PX', 60_000);
    await connections.command.config('SET', 'slowlog-log-slower-than', '-1');
    const queries = (await diagnostics.slowQueries(10)) ?? [];
    const set = queries.find(({ command }) => command === 'SET');
    expect(set).toMatchObject({
      arguments: [`${keys.prefix}:cache:ai:*`, '?', '?', '?'],
      client: `${keys.prefix}-command`,
    });
    expect(Math.abs(Date.now() - (set?.at.getTime() ?? 0))).toBeLessThan(60_000);
    const ids = queries.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    expect(JSON.stringify(queries)).not.toContain('secret');
  });
});

describe('diagnostics while Redis is away', () => {
  it('say so at once, whatever is asked', async () => {
    const { diagnostics } = setupOf(await openRedisInstance(createTestRedisPrefix(), NO_REDIS_URL));
    // The first question waits for its connection.
    await expect(diagnostics.server()).rejects.toMatchObject({ code: 'redis.unavailable' });
    const startedAtMs = performance.now();
    for (const question of [
      diagnostics.ping(),
      diagnostics.server(),
      diagnostics.slowQueries(1),
      diagnostics.clients(1),
      diagnostics.keyspace(),
      diagnostics.testPerformance(1),
      diagnostics.expireStaleKeys(AbortSignal.timeout(1_000)),
    ]) {
      await expect(question).rejects.toMatchObject({ code: 'redis.unavailable' });
    }
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    expect(diagnostics.connections()).toMatchObject({ ready: 0 });
    expect(diagnostics.connections().errors).toBeGreaterThan(0);
  });

  it('answer again once it is back', async () => {
    const proxy = new TcpProxy(testRedisUrl());
    await proxy.up();
    const { diagnostics } = setupOf(await openRedisInstance(createTestRedisPrefix(), proxy.url));
    await diagnostics.clients(1);
    await proxy.down();
    await expect(diagnostics.clients(1)).rejects.toMatchObject({ code: 'redis.unavailable' });
    await proxy.up();
    await eventually(() => diagnostics.clients(1));
    expect(diagnostics.connections().errors).toBeGreaterThan(0);
    await proxy.down();
  });
});
