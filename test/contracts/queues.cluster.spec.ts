import '../support/quiet.js';
import { startRedisCluster } from '../support/redis-cluster.js';
import { describeQueues } from './queues.contract.js';
import { bullBackend } from './queues.drivers.js';

describeQueues('BullMQ on a Redis Cluster', async () => {
  const { nodes, stop } = await startRedisCluster();
  return bullBackend({ REDIS_CLUSTER_NODES: nodes }, stop);
});
