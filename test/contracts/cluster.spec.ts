import '../support/quiet.js';
import { randomBytes } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { systemClock } from '../../src/kernel/clock.js';
import { createHttpCache, httpCacheNamespace } from '../../src/redis/cache/http/cache-manager.js';
import { RedisHttpCacheStore } from '../../src/redis/cache/http/redis.http-cache-store.js';
import { RedisLockManager } from '../../src/redis/lock/redis.lock-manager.js';
import { RedisPubSub } from '../../src/redis/pubsub/redis.pub-sub.js';
import { startCaches } from './cache.setup.js';
import { describeCacheContract } from './cache.contract.js';
import { eventually } from '../support/eventually.js';
import { untilWaiting } from '../support/lock-waiters.js';
import { startRedisCluster, type RedisCluster } from '../support/redis-cluster.js';
import { openClusterInstance, type RedisInstance } from '../support/redis-instance.js';
import { ManualClock } from '../support/manual-clock.js';
import { age } from '../support/time-travel.js';
import { describeHttpCacheContract, LEISURELY_MS } from './http-cache.contract.js';
import { describeLockContract } from './lock.contract.js';
import { describePubSubContract } from './pubsub.contract.js';
import { describeRateLimitContract } from './rate-limit.contract.js';
import { expectShared, LimiterClock, openLimiter } from './rate-limit.setup.js';
import { describeSessionContract } from './session.contract.js';
import { startStore, useSessionRecords } from './session.setup.js';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
}, 60_000);
afterAll(() => cluster?.stop());

const open = (prefix = `test-${randomBytes(4).toString('hex')}`): Promise<RedisInstance> =>
  openClusterInstance(prefix, cluster.nodes);

async function openTwo(): Promise<{
  here: RedisInstance;
  there: RedisInstance;
  close(): Promise<void>;
}> {
  const here = await open();
  const there = await open(here.keys.prefix);
  const close = async (): Promise<void> => {
    await Promise.all([here.close(), there.close()]);
  };
  return { here, there, close };
}

const pubsubOf = ({ connections, keys }: RedisInstance) =>
  new RedisPubSub(connections, keys, systemClock);

describeCacheContract('redis cluster', async () => {
  const instance = await open();
  return { caches: await startCaches(instance), close: instance.close };
});

// Nothing is kept in the process: every read shows what the nodes hold.
describeCacheContract('redis cluster without local tier', async () => {
  const instance = await open();
  return { caches: await startCaches(instance, { maxLocalEntries: 0 }), close: instance.close };
});

describeHttpCacheContract('redis cluster', async () => {
  const { connections, keys, close } = await open();
  const store = new RedisHttpCacheStore(
    connections.command,
    `${httpCacheNamespace(keys)}:`,
    LEISURELY_MS,
  );
  return { cache: createHttpCache(store, keys), close };
});

describePubSubContract('redis cluster', async () => {
  const { here, there, close } = await openTwo();
  return { publisher: pubsubOf(here), subscriber: pubsubOf(there), close };
});

describeLockContract('redis cluster', async () => {
  const { here, there, close } = await openTwo();
  return {
    here: new RedisLockManager(here.connections, here.keys),
    there: new RedisLockManager(there.connections, there.keys),
    waiters: (id, count) => untilWaiting(here, id, count),
    close,
  };
});

describe('sessions', () => {
  const openRecords = useSessionRecords('postgres');

  describeSessionContract('redis cluster', async () => {
    const { records, empty } = openRecords();
    await empty();
    const instance = await open();
    const clock = new ManualClock();
    const lifetimes = { idleMs: 10_000, absoluteMs: 22_000, graceMs: 2_000 };
    return {
      store: await startStore(instance, records, lifetimes, clock),
      lifetimes,
      pass: async (ms) => {
        clock.advance(ms);
        await age(instance, ms);
      },
      close: instance.close,
    };
  });
});

describeRateLimitContract('redis cluster', async () => {
  const { here, there, close } = await openTwo();
  const clock = new LimiterClock();
  const limiters = await Promise.all([here, there].map((one) => openLimiter(one, clock.nowUs)));
  return {
    here: limiters[0]!,
    there: limiters[1]!,
    pass: async (ms) => clock.pass(ms),
    close: async () => {
      expectShared(...limiters);
      await close();
    },
  };
});

describe('streams on a Cluster', () => {
  const nodesOf = ({ connections }: RedisInstance) =>
    (connections.command as Cluster).nodes('master');

  it('pass through the node that owns them alone', async () => {
    const { here, there, close } = await openTwo();
    const subscriber = pubsubOf(there);
    const names = Array.from({ length: 20 }, (_, i) => `stream-${i}`);
    const received: string[] = [];
    for (const name of names) {
      await subscriber.subscribeStream(name, (_, stream) => void received.push(stream));
    }
    const wire = names.map((name) => there.keys.key('stream', `{${name}}`));
    const held = await Promise.all(
      nodesOf(here).map((node) => node.call('PUBSUB', 'SHARDCHANNELS', `${there.keys.prefix}:*`)),
    );
    expect(held.flat().sort()).toEqual([...wire].sort());
    expect(held.every((channels) => (channels as string[]).length < names.length)).toBe(true);
    const publisher = pubsubOf(here);
    await Promise.all(names.map((name) => publisher.publishSequenced(name, 1)));
    await eventually(() => expect([...received].sort()).toEqual([...names].sort()));
    await close();
  });

  it('are followed again after a connection was lost, and their followers are told', async () => {
    const { here, there, close } = await openTwo();
    const subscriber = pubsubOf(there);
    const received: unknown[] = [];
    await subscriber.subscribeStream('orders', (message) => void received.push(message));
    const missed = jest.fn();
    subscriber.onReconnected(missed);
    const killed = await Promise.all(nodesOf(here).map((node) => killNamed(node, there)));
    expect(killed.flat()).not.toEqual([]);
    await eventually(() => expect(missed).toHaveBeenCalled(), { timeoutMs: 15_000 });
    // Who was told looks for what it missed: from then on it hears everything.
    await pubsubOf(here).publishSequenced('orders', 'after');
    await eventually(() => expect(received).toEqual([expect.objectContaining({ data: 'after' })]));
    await close();
  });
});

// The last of this file: the others want both of the first primaries.
describe('streams on a Cluster of which a primary is gone', () => {
  it('are followed at the replica that serves in its place, and their followers are told', async () => {
    const { here, there, close } = await openTwo();
    const subscriber = pubsubOf(there);
    const names = Array.from({ length: 20 }, (_, i) => `stream-${i}`);
    const received: string[] = [];
    for (const name of names) {
      await subscriber.subscribeStream(name, (_, stream) => void received.push(stream));
    }
    const missed = jest.fn();
    subscriber.onReconnected(missed);
    await cluster.failOver();
    await eventually(() => expect(missed).toHaveBeenCalled(), { timeoutMs: 15_000 });
    received.length = 0;
    const publisher = pubsubOf(here);
    // The publisher may still look for the one that is gone.
    const publish = (name: string) => eventually(() => publisher.publishSequenced(name, 1));
    await Promise.all(names.map(publish));
    await eventually(() => expect(new Set(received)).toEqual(new Set(names)));
    await close();
  }, 60_000);
});

/** Ends the subscribing connections of the instance on this node: other tests use it too. */
async function killNamed(node: Redis, { keys }: RedisInstance): Promise<string[]> {
  const clients = String(await node.call('CLIENT', 'LIST', 'TYPE', 'pubsub')).split('\n');
  const ids = clients
    .filter((line) => line.includes(`${keys.prefix}-subscriber`) && line.includes('ssub=1'))
    .map((line) => /^id=(\d+)/.exec(line)?.[1] ?? '');
  for (const id of ids) await node.call('CLIENT', 'KILL', 'ID', id);
  return ids;
}
