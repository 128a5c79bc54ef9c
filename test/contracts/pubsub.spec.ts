import '../support/quiet.js';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/kernel/clock.js';
import { DAY_MS } from '../../src/kernel/duration.js';
import type { JsonValue } from '../../src/kernel/json.js';
import { MemoryPubSub } from '../../src/redis/pubsub/memory.pub-sub.js';
import { RedisPubSub } from '../../src/redis/pubsub/redis.pub-sub.js';
import { eventually } from '../support/eventually.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { ttlsByKey } from '../support/keyspace.js';
import { NO_REDIS_URL, openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { PrivateRedis } from '../support/redis-server.js';
import { describePubSubContract } from './pubsub.contract.js';

const pubsubOf = ({ connections, keys }: RedisInstance): RedisPubSub =>
  new RedisPubSub(connections, keys, systemClock);

describePubSubContract('memory', async () => {
  const pubsub = new MemoryPubSub(systemClock);
  return { publisher: pubsub, subscriber: pubsub, close: () => Promise.resolve() };
});

describePubSubContract('redis', async () => {
  const prefix = createTestRedisPrefix();
  const [here, there] = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
  return {
    publisher: pubsubOf(here),
    subscriber: pubsubOf(there),
    close: async () => {
      await Promise.all([here.close(), there.close()]);
    },
  };
});

describe('redis pub/sub', () => {
  let instance: RedisInstance;
  let pubsub: RedisPubSub;
  beforeEach(async () => {
    instance = await openRedisInstance(createTestRedisPrefix());
    pubsub = pubsubOf(instance);
  });
  afterEach(() => instance.close());

  it('subscribes again after its connection was lost', async () => {
    const received: JsonValue[] = [];
    await pubsub.subscribe('orders', (message) => void received.push(message));
    await pubsub.subscribePattern('tra*', (message) => void received.push(message));
    await killSubscribers(instance);
    await eventually(async () => {
      await pubsub.publish('orders', 'by name');
      await pubsub.publish('trades', 'by pattern');
      expect(received).toContain('by name');
      expect(received).toContain('by pattern');
    });
  });

  it('keeps other applications apart by its prefix', async () => {
    const other = await openRedisInstance(createTestRedisPrefix());
    const received: JsonValue[] = [];
    await pubsub.subscribePattern('*', (message) => void received.push(message));
    await pubsubOf(other).publish('orders', 'theirs');
    await pubsub.publish('orders', 'ours');
    await eventually(() => expect(received).toContain('ours'));
    expect(received).toEqual(['ours']);
    await other.close();
  });

  it('drops what is not JSON, and hears the rest', async () => {
    const received: JsonValue[] = [];
    await pubsub.subscribe('orders', (message) => void received.push(message));
    await instance.connections.command.publish(instance.keys.key('bus', 'orders'), '{nonsense');
    await pubsub.publish('orders', 1);
    await eventually(() => expect(received).toEqual([1]));
  });

  it('begins a new epoch when Redis lost the numbering, and gives it a TTL', async () => {
    const { command } = instance.connections;
    const first = await pubsub.publishSequenced('orders', 1);
    await pubsub.publishSequenced('orders', 2);
    await command.del(instance.keys.key('bus', 'seq', '{orders}'));
    const second = await pubsub.publishSequenced('orders', 3);
    expect(second.seq).toBe(1);
    expect(second.epoch).not.toBe(first.epoch);
    const [ttlMs = 0] = (await ttlsByKey(command, instance.keys.prefix)).values();
    expect(ttlMs).toBeGreaterThan(6 * DAY_MS);
    expect(ttlMs).toBeLessThanOrEqual(7 * DAY_MS);
  });

  it('numbers on with a server that has forgotten its scripts', async () => {
    await pubsub.publishSequenced('orders', 1);
    await instance.connections.command.script('FLUSH');
    expect(await pubsub.publishSequenced('orders', 2)).toMatchObject({ seq: 2 });
  });
});

describe('a history of Redis after a failover to a replica and back', () => {
  let primary: PrivateRedis;
  let replica: PrivateRedis;
  let instance: RedisInstance;
  const admins: Redis[] = [];
  const adminOf = async ({ url }: PrivateRedis): Promise<Redis> => {
    const admin = new Redis(url, { connectTimeout: 5_000, commandTimeout: 5_000 });
    admins.push(admin);
    // Else a primary waits 5 s for more replicas before it tells the first one what it has.
    await admin.config('SET', 'repl-diskless-sync-delay', 0);
    return admin;
  };
  beforeEach(async () => {
    [primary, replica] = await Promise.all([PrivateRedis.start(), PrivateRedis.start()]);
    instance = await openRedisInstance(createTestRedisPrefix(), primary.url);
  });
  afterEach(async () => {
    await instance.close();
    for (const admin of admins.splice(0)) admin.disconnect();
    await Promise.all([primary.remove(), replica.remove()]);
  });

  it('begins another epoch: what the first one said last, the replica may never have heard', async () => {
    const pubsub = pubsubOf(instance);
    const keep = { messages: 5, ageMs: 60_000 };
    const [first, second] = await Promise.all([adminOf(primary), adminOf(replica)]);
    const follow = async (admin: Redis, { url }: PrivateRedis) => {
      const { hostname, port } = new URL(url);
      await admin.replicaof(hostname, Number(port));
      await eventually(async () =>
        expect(await admin.info('replication')).toContain('master_link_status:up'),
      );
    };
    await follow(second, primary);
    const { epoch } = await pubsub.publishDurable('orders', 'known to both', { keep });
    await second.replicaof('NO', 'ONE');
    // As long as nothing happens to it, a primary goes on as it was.
    expect(await pubsub.publishDurable('orders', 'told', { keep })).toEqual({ epoch, seq: 2 });
    await follow(first, replica);
    await first.replicaof('NO', 'ONE');
    // Whoever is at 2 would take the next one for the one that it has.
    const after = await pubsub.history('orders');
    expect(after).toMatchObject({ seq: 0, messages: [] });
    expect(after.epoch).not.toBe(epoch);
  });
});

describe('redis pub/sub while Redis is away', () => {
  let instance: RedisInstance;
  beforeEach(async () => {
    instance = await openRedisInstance(createTestRedisPrefix(), NO_REDIS_URL);
  });
  afterEach(() => instance.close());

  it('says that it cannot publish', async () => {
    const unavailable = { kind: 'unavailable', code: 'pubsub.unavailable' };
    const pubsub = pubsubOf(instance);
    await expect(pubsub.publish('orders', 1)).rejects.toMatchObject(unavailable);
    await expect(pubsub.publishSequenced('orders', 1)).rejects.toMatchObject(unavailable);
    const keep = { messages: 5, ageMs: 60_000 };
    await expect(pubsub.publishDurable('orders', 1, { keep })).rejects.toMatchObject(unavailable);
    await expect(pubsub.history('orders')).rejects.toMatchObject(unavailable);
    await expect(pubsub.resetHistory('orders')).rejects.toMatchObject(unavailable);
  });

  it('accepts subscriptions after a bounded wait', async () => {
    const startedAtMs = performance.now();
    const subscription = await pubsubOf(instance).subscribe('orders', () => undefined);
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
    await subscription.unsubscribe();
  });
});

/** Cuts the subscribing connections of this instance alone: other suites use the server too. */
async function killSubscribers({ connections, keys }: RedisInstance): Promise<void> {
  const clients = String(await connections.command.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
  expect(clients).toContain('sub=');
  const name = `name=${keys.prefix}-subscriber `;
  const ours = clients.split('\n').filter((line) => line.includes(name));
  expect(ours).toHaveLength(1);
  const id = /^id=(\d+)/.exec(ours[0] ?? '')?.[1] ?? '';
  expect(await connections.command.call('CLIENT', 'KILL', 'ID', id)).toBe(1);
}
