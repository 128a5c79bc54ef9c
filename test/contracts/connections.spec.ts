import '../support/quiet.js';
import { createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '../../src/kernel/clock.js';
import type { JsonValue } from '../../src/kernel/json.js';
import { defineCache } from '../../src/redis/cache/cache-definition.js';
import { LiveRedisDiagnostics } from '../../src/redis/diagnostics/live.redis-diagnostics.js';
import { RedisPubSub } from '../../src/redis/pubsub/redis.pub-sub.js';
import { startCaches } from './cache.setup.js';
import { eventually } from '../support/eventually.js';
import {
  createTestRedisPrefix,
  startTestServers,
  type TestServers,
} from '../support/servers/index.js';
import { openRedisInstance, type RedisInstance } from '../support/redis-instance.js';

/** Takes connections and says nothing: what a frozen machine looks like from afar. */
class SilentServer {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => {
    this.#sockets.add(socket.on('error', () => undefined));
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return `redis://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

async function timeOf(work: Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work.catch(() => undefined);
  return performance.now() - startedAtMs;
}

describe('the connections to a Redis of one’s own', () => {
  let servers: TestServers;
  let instance: RedisInstance;
  beforeAll(async () => {
    servers = await startTestServers(['redis']);
  }, 60_000);
  afterAll(() => servers.stop());
  beforeEach(async () => {
    instance = await openRedisInstance(createTestRedisPrefix(), servers.urls.redis);
  });
  afterEach(() => instance.close());

  const commandTimeoutMs = 1_000;

  it('answer a ping, with its time', async () => {
    const { mode, latencyMs } = await new LiveRedisDiagnostics(
      instance.connections,
      instance.keys,
    ).ping();
    expect(mode).toBe('redis');
    expect(latencyMs).toBeGreaterThan(0);
  });

  it('give a command up after its time-out while Redis is frozen, and serve again after', async () => {
    const { command } = instance.connections;
    await command.call('CLIENT', 'PAUSE', '2500', 'ALL');
    const waitedMs = await timeOf(command.get('x'));
    expect(waitedMs).toBeGreaterThanOrEqual(commandTimeoutMs - 5);
    // Before Redis would have answered.
    expect(waitedMs).toBeLessThan(2_300);
    await eventually(async () => expect(await command.get('x')).toBeNull());
  });

  it('leave a cached read to the local tier while Redis is frozen, and bound the others', async () => {
    const { connections } = instance;
    const callTimeoutMs = 400;
    const caches = await startCaches(instance, { callTimeoutMs });
    const cache = caches.use(
      defineCache<string, number>({
        name: 'test',
        namespace: 'general',
        key: (key) => key,
        ttlMs: 60_000,
      }),
    );
    await cache.set('known', 1);
    await connections.command.call('CLIENT', 'PAUSE', '2500', 'ALL');
    expect(
      await timeOf(cache.getOrSet('known', () => Promise.reject(new Error('not needed')))),
    ).toBeLessThan(callTimeoutMs);
    expect(await timeOf(cache.getOrSet('unknown', async () => 2))).toBeLessThan(commandTimeoutMs);
    // The pause ends before the next test begins.
    await eventually(async () => expect(await connections.command.ping()).toBe('PONG'));
  });

  it('come back by themselves after all were cut, with their subscriptions', async () => {
    const { connections, keys } = instance;
    const pubsub = new RedisPubSub(connections, keys, systemClock);
    const received: JsonValue[] = [];
    await pubsub.subscribe('orders', (message) => void received.push(message));
    const killer = await openRedisInstance(createTestRedisPrefix(), servers.urls.redis);
    for (const type of ['pubsub', 'normal']) {
      await killer.connections.command.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    }
    await killer.close();
    await eventually(async () => {
      await pubsub.publish('orders', 'after');
      expect(received).toContain('after');
    });
  });

  it('fail a command that was under way when they were cut, at once', async () => {
    const killer = await openRedisInstance(createTestRedisPrefix(), servers.urls.redis);
    const under = timeOf(instance.connections.command.blpop(instance.keys.key('q', 'nothing'), 30));
    await killer.connections.command.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect(await under).toBeLessThan(commandTimeoutMs - 100);
    await killer.close();
  });

  it('stay up once they are back, whatever was under way when they were cut', async () => {
    const { command } = instance.connections;
    const killer = await openRedisInstance(createTestRedisPrefix(), servers.urls.redis);
    const under = timeOf(command.blpop(instance.keys.key('q', 'nothing'), 30));
    await killer.connections.command.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await under;
    await instance.connections.waitUntilReady(command);
    const lost = jest.fn();
    command.on('close', lost);
    // Longer than the socket time-out of the connection that was cut.
    const untilMs = performance.now() + 5_500;
    await eventually(
      async () => {
        await command.get('x');
        expect(lost).not.toHaveBeenCalled();
        expect(performance.now()).toBeGreaterThan(untilMs);
      },
      { timeoutMs: 8_000, intervalMs: 50 },
    );
    await killer.close();
  });

  it('let a worker block for longer than a command may take, and go on after a cut', async () => {
    const worker = instance.connections.create('worker');
    await instance.connections.waitUntilReady(worker);
    const key = instance.keys.key('q', 'list');
    expect(await worker.blpop(key, 2)).toBeNull();
    const popped = worker.blpop(key, 30);
    const killer = await openRedisInstance(createTestRedisPrefix(), servers.urls.redis);
    await killer.connections.command.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await killer.connections.command.rpush(key, 'job');
    expect(await popped).toEqual([key, 'job']);
  });
});

describe('the connections to a Redis that takes them and says nothing', () => {
  it('neither hold up the start nor a command', async () => {
    const silent = new SilentServer();
    const url = await silent.listen();
    const startedAtMs = performance.now();
    const instance = await openRedisInstance(createTestRedisPrefix(), url);
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    expect(await timeOf(instance.connections.command.get('x'))).toBeLessThan(3_000);
    expect(await timeOf(instance.close())).toBeLessThan(3_000);
    silent.close();
  });
});
