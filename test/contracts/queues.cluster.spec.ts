import '../support/quiet.js';
import { Redis } from 'ioredis';
import { parseConfig } from '../../src/config/config.js';
import { RedisConnections } from '../../src/redis/connection/redis-connections.js';
import { EvictionGuard } from '../../src/redis/queues/bullmq/eviction-guard.js';
import { startRedisCluster, type RedisCluster } from '../support/redis-cluster.js';
import { describeQueues } from './queues.contract.js';
import { bullBackend } from './queues.drivers.js';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
}, 60_000);
afterAll(() => cluster?.stop());

describeQueues('BullMQ on a Redis Cluster', () =>
  bullBackend({ REDIS_CLUSTER_NODES: cluster.nodes }),
);

it('finds the one primary of a Cluster that may throw jobs away, whichever it is', async () => {
  const connections = new RedisConnections(parseConfig({ REDIS_CLUSTER_NODES: cluster.nodes }));
  const client = connections.create('queue');
  for (const node of cluster.nodes.split(',')) {
    const admin = new Redis(`redis://${node}`);
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const guard = new EvictionGuard(true);
    await connections.waitUntilReady(client);
    guard.watch(client);
    expect(await guard.refusal()).toMatchObject({ code: 'queue.redis_evicts' });
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    admin.disconnect();
  }
  await connections.onApplicationShutdown();
});
