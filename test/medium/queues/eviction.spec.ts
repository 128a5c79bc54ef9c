import '../../support/quiet.js';
import { parseConfig } from '../../../src/config/config.js';
import { RedisConnections } from '../../../src/redis/connection/redis-connections.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import { BullQueues } from '../../../src/redis/queues/bullmq/bull-queues.js';
import { EvictionGuard } from '../../../src/redis/queues/bullmq/eviction-guard.js';
import { JobRunner } from '../../../src/redis/queues/job-runner.js';
import { QueueRecovery } from '../../../src/redis/queues/queue-recovery.js';
import { QueueRegistry } from '../../../src/redis/queues/queue-registry.js';
import { testQueue } from '../../contracts/queues.setup.js';
import { eventually } from '../../support/eventually.js';
import { MemoryDeadLetters } from '../../support/memory.dead-letters.js';
import { MemoryQueueEpochs } from '../../support/memory.queue-epochs.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import {
  createTestRedisPrefix,
  startTestServers,
  type TestServers,
} from '../../support/servers/index.js';

describe('the queue Redis', () => {
  let servers: TestServers;
  let admin: RedisConnections;
  const opened: RedisConnections[] = [];

  const portOf = (url: string) => {
    const config = parseConfig({ REDIS_URL: url, REDIS_KEY_PREFIX: createTestRedisPrefix() });
    const connections = new RedisConnections(config);
    opened.push(connections);
    return { config, connections };
  };

  /** The verdict on the server at `url`. */
  const refusalOf = async (url = servers.urls.redis ?? '', production = true) => {
    const { connections } = portOf(url);
    const client = connections.create('queue');
    await connections.waitUntilReady(client);
    const guard = new EvictionGuard(production);
    guard.watch(client);
    return guard.refusal();
  };

  beforeAll(async () => {
    servers = await startTestServers(['redis']);
    admin = new RedisConnections(parseConfig({ REDIS_URL: servers.urls.redis }));
    await admin.waitUntilReady(admin.command);
  });

  afterAll(async () => {
    await Promise.all([admin, ...opened].map((connections) => connections.onApplicationShutdown()));
    await servers.stop();
  });

  const setPolicy = (policy: string) => admin.command.config('SET', 'maxmemory-policy', policy);

  it('is good when it evicts nothing', async () => {
    await setPolicy('noeviction');
    expect(await refusalOf()).toBeNull();
  });

  it.each(['allkeys-lru', 'volatile-ttl'])(
    'is refused in production when its policy is %s',
    async (policy) => {
      await setPolicy(policy);
      expect(await refusalOf()).toMatchObject({
        code: 'queue.redis_evicts',
        message: expect.stringContaining(policy),
      });
      expect(await refusalOf(undefined, false)).toBeNull();
    },
  );

  it('is asked in another way when CONFIG is forbidden', async () => {
    await setPolicy('allkeys-lru');
    await admin.command.call(
      'ACL',
      'SETUSER',
      'app',
      'on',
      '>secret',
      '~*',
      '&*',
      '+@all',
      '-config',
    );
    const url = new URL(servers.urls.redis ?? '');
    url.username = 'app';
    url.password = 'secret';
    const { connections } = portOf(url.href);
    await connections.waitUntilReady(connections.command);
    await expect(connections.command.config('GET', 'maxmemory-policy')).rejects.toThrow(/NOPERM/);
    expect(await refusalOf(url.href)).toMatchObject({ code: 'queue.redis_evicts' });
  });

  it('does not keep the application from starting when it cannot be asked', async () => {
    const { connections } = portOf(servers.urls.redis ?? '');
    const client = connections.create('queue');
    await connections.waitUntilReady(client);
    const guard = new EvictionGuard(true);
    guard.watch(client);
    client.disconnect();
    expect(await guard.refusal()).toBeNull();
  });

  it('is asked again when it was there and did not answer', async () => {
    await setPolicy('allkeys-lru');
    const { connections } = portOf(servers.urls.redis ?? '');
    const client = connections.create('queue');
    await connections.waitUntilReady(client);
    await admin.command.client('PAUSE', 3_000);
    const guard = new EvictionGuard(true);
    guard.watch(client);
    expect(await guard.refusal()).toBeNull();
    await eventually(
      async () => expect(await guard.refusal()).toMatchObject({ code: 'queue.redis_evicts' }),
      { timeoutMs: 20_000 },
    );
  });

  it('is emptied, or another one stands in its place: what is due is added again, once', async () => {
    await setPolicy('noeviction');
    const base = testQueue();
    const queue = {
      ...base,
      jobs: { greet: { ...base.jobs.greet, recovery: 'source' as const } },
    };
    const epochs = new MemoryQueueEpochs();
    const done: string[] = [];
    const { config } = portOf(servers.urls.redis ?? '');
    const stops: (() => Promise<void>)[] = [];
    /** A process that works, and knows of two jobs that are due. @returns what it did to find them. */
    const start = async (): Promise<string[]> => {
      const found: string[] = [];
      const connections = new RedisConnections(config);
      opened.push(connections);
      const registry = new QueueRegistry();
      registry.declare(queue);
      const correlation = new Correlation();
      const runner = new JobRunner(registry, correlation, new MemoryDeadLetters());
      const queues = new BullQueues(registry, correlation, runner, connections, config);
      queues.process(queue, { greet: async ({ id }) => done.push(id) });
      queues.recover(queue, {
        greet: async ({ id }) => {
          found.push(id);
          for (const name of ['a', 'b']) {
            await queues.add(queue, 'greet', { name }, { id: `${name}-${id}` });
          }
          return 2;
        },
      });
      registry.assertComplete();
      const recovery = new QueueRecovery(registry, queues, epochs);
      await queues.open();
      await queues.start();
      recovery.start();
      stops.push(async () => {
        await recovery.stop();
        await queues.stop(0);
      });
      return found;
    };
    await start();
    await start();
    await eventually(() => expect(epochs.kept.size).toBe(1));
    const [[prefix, before] = []] = epochs.kept;
    expect(done).toEqual([]);

    await admin.command.flushall();
    const emptiedAt = performance.now();
    await eventually(() => expect(done).toHaveLength(2));
    expect(performance.now() - emptiedAt).toBeLessThan(3_000);
    await eventually(() => expect(epochs.kept.get(prefix ?? '')).not.toEqual(before));
    expect(new Set(done).size).toBe(2);

    // Of a restart it is not known what was on disk.
    const { mark } = epochs.kept.get(prefix ?? '') ?? { mark: '' };
    epochs.kept.set(prefix ?? '', { mark, server: 'a run before' });
    const later = await start();
    await eventually(() => expect(later).toHaveLength(1));
    for (const stop of stops) await stop();
  });

  it('is found out when it was away at the start, and takes and runs nothing until it is mended', async () => {
    await setPolicy('allkeys-lru');
    const proxy = new TcpProxy(servers.urls.redis ?? '');
    await proxy.up();
    await proxy.down();
    const { config, connections } = portOf(proxy.url);
    const queue = testQueue();
    const registry = new QueueRegistry();
    registry.declare(queue);
    const correlation = new Correlation();
    const runner = new JobRunner(registry, correlation, new MemoryDeadLetters());
    const strict = { ...config, production: true };
    const queues = new BullQueues(registry, correlation, runner, connections, strict);
    const greeted: string[] = [];
    queues.process(queue, { greet: async ({ payload }) => greeted.push(payload.name) });
    await queues.open();
    await queues.start();
    await proxy.up();
    const refused = { code: 'queue.redis_evicts', kind: 'unavailable' };
    await eventually(async () => expect(await queues.refusal()).toMatchObject(refused));
    await expect(queues.add(queue, 'greet', { name: 'Ada' })).rejects.toMatchObject(refused);
    // Added by somebody who does not mind.
    const lax = new BullQueues(
      registry,
      correlation,
      runner,
      portOf(proxy.url).connections,
      config,
    );
    await lax.open();
    await lax.add(queue, 'greet', { name: 'waits' });
    expect((await lax.report(queue)).counts).toMatchObject({ waiting: 1, active: 0 });
    expect(greeted).toEqual([]);

    await setPolicy('noeviction');
    await proxy.down();
    await proxy.up();
    await eventually(() => expect(greeted).toEqual(['waits']), { timeoutMs: 10_000 });
    await queues.add(queue, 'greet', { name: 'Grace' });
    await eventually(() => expect(greeted).toEqual(['waits', 'Grace']));

    // While it runs: another server may stand behind the address after a loss.
    await setPolicy('allkeys-lru');
    await proxy.down();
    await proxy.up();
    await eventually(async () => expect(await queues.refusal()).toMatchObject(refused));
    await setPolicy('noeviction');
    await eventually(async () => expect(await queues.refusal()).toBeNull(), { timeoutMs: 10_000 });
    await queues.stop(0);
    await proxy.down();
  });
});
