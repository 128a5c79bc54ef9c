// @ts-check
/** @import { Sentinels } from '../servers/sentinels.mjs' */
/** @import { Cluster } from '../servers/cluster.mjs' */
/** @import { Scenario } from './scenario.mjs' */
import { Cluster as ClusterOfSix } from '../servers/cluster.mjs';
import { Sentinels as ThreeSentinels } from '../servers/sentinels.mjs';
import { INSTANCES } from './experiment.mjs';
import { fault } from './scenario.mjs';

const sentinels = () => ThreeSentinels.start(INSTANCES);
const cluster = () => ClusterOfSix.start(INSTANCES);

/** @type {readonly Scenario<Sentinels>[]} */
export const sentinelFaults = [
  fault({
    name: 'sentinel-primary-killed',
    promise: 'the primary dies, its replica takes over: 0 stale after, 0 failed',
    open: sentinels,
    strike: async ({ redis }) => {
      const former = await redis.primary();
      await former.kill();
      await redis.untilMovedFrom(former, false);
    },
  }),
  fault({
    name: 'sentinel-failover',
    promise: 'SENTINEL FAILOVER, the former primary turns read-only: 0 stale after, 0 failed',
    open: sentinels,
    strike: async ({ redis }) => {
      const former = await redis.primary();
      await redis.failOver();
      await redis.untilMovedFrom(former, true);
    },
  }),
];

/** @type {readonly Scenario<Cluster>[]} */
export const clusterFaults = [
  fault({
    name: 'cluster-failover',
    promise: 'each primary dies in turn, its replica takes over: 0 stale after, 0 failed',
    open: cluster,
    strike: async ({ redis }) => {
      // All of them: one holds what the instances tell each other.
      for (const primary of await redis.primaries()) await redis.failOver(primary);
    },
  }),
  fault({
    name: 'cluster-reshard',
    promise: 'all slots in use move to another primary under load: 0 stale after, 0 failed',
    open: cluster,
    least: { slotsMoved: 100 },
    strike: async ({ redis }) => ({ slotsMoved: await redis.moveUsedSlots() }),
  }),
];
