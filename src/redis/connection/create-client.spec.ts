import type { Cluster, Redis } from 'ioredis';
import { createClient, parseRedisUrl } from './create-client.js';
import { optionsFor, retryDelayMs } from './client-options.js';

const timeouts = { connectTimeoutMs: 2_000, commandTimeoutMs: 700 };
const command = optionsFor('command', timeouts);
const auth = { username: 'app', password: 's3cret' };

describe('a Redis URL', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0 }],
    ['redis://10.0.0.1:7000/3', { host: '10.0.0.1', port: 7000, db: 3 }],
    ['redis://:p%40ss@h', { host: 'h', port: 6379, db: 0, password: 'p@ss' }],
    ['redis://app:s3cret@h:1', { host: 'h', port: 1, db: 0, ...auth }],
    ['redis://[::1]:6380', { host: '::1', port: 6380, db: 0 }],
  ])('%s says where to connect, without TLS', (url, expected) => {
    expect(parseRedisUrl(url, true)).toEqual(expected);
  });

  it('with rediss: asks for TLS, for the host by name, and for a good certificate unless told otherwise', () => {
    expect(parseRedisUrl('rediss://redis.example.com', true).tls).toEqual({
      rejectUnauthorized: true,
      servername: 'redis.example.com',
    });
    expect(parseRedisUrl('rediss://10.0.0.1', false).tls).toEqual({ rejectUnauthorized: false });
  });
});

describe('a client', () => {
  it('does not connect before it is told to', () => {
    const client = createClient(
      { kind: 'url', url: 'redis://127.0.0.1:1', rejectUnauthorized: true },
      command,
    );
    expect(client.status).toBe('wait');
  });

  it('of parts has all of them', () => {
    const target = {
      kind: 'parts',
      host: 'h',
      port: 7,
      ...auth,
      tls: { rejectUnauthorized: false },
    } as const;
    const { options } = createClient(target, command) as Redis;
    expect(options).toMatchObject({
      host: 'h',
      port: 7,
      ...auth,
      commandTimeout: 700,
      enableOfflineQueue: false,
    });
    expect(options.tls).toEqual({ rejectUnauthorized: false, servername: 'h' });
  });

  it('of Sentinels asks them for the primary, over TLS where that is set', () => {
    const sentinels = [{ host: 'a', port: 26379 }];
    const target = {
      kind: 'sentinel',
      sentinels,
      masterName: 'm',
      ...auth,
      tls: { rejectUnauthorized: true },
    } as const;
    const { options } = createClient(target, command) as Redis;
    expect(options).toMatchObject({
      sentinels,
      name: 'm',
      ...auth,
      enableTLSForSentinelMode: true,
    });
    expect(options.sentinelTLS).toEqual({ rejectUnauthorized: true });
  });

  it('of a Cluster hands the time-outs on to its nodes', () => {
    const target = {
      kind: 'cluster',
      nodes: [{ host: 'a', port: 7000 }],
      ...auth,
      tls: undefined,
    } as const;
    const client = createClient(target, command) as Cluster;
    expect(client.isCluster).toBe(true);
    expect(client.options).toMatchObject({ enableOfflineQueue: false });
    expect(client.options.redisOptions).toMatchObject({
      ...auth,
      commandTimeout: 700,
      connectTimeout: 2_000,
    });
  });
});

describe('a purpose', () => {
  it.each(['command', 'queue'] as const)('%s fails fast, and repeats nothing', (purpose) => {
    expect(optionsFor(purpose, timeouts)).toMatchObject({
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: 700,
      autoResendUnfulfilledCommands: false,
    });
  });

  it('worker may block for longer than a command may take', () => {
    const options = optionsFor('worker', timeouts);
    expect(options.commandTimeout).toBeUndefined();
    expect(options.maxRetriesPerRequest).toBeNull();
    expect(options.socketTimeout).toBeGreaterThan(10_000);
  });
});

describe('the delay before a retry', () => {
  it('grows to two seconds and stays there, and half of it is chance', () => {
    const delaysMs = (chance: number) =>
      [1, 2, 3, 50].map((attempt) => retryDelayMs(attempt, undefined, () => chance));
    expect(delaysMs(0)).toEqual([25, 50, 100, 1_000]);
    expect(delaysMs(1)).toEqual([50, 100, 200, 2_000]);
  });

  it('of a worker is a second at most, to one server and to a Cluster', () => {
    const worker = optionsFor('worker', timeouts);
    const nodes = [{ host: 'a', port: 7000 }];
    const target = { kind: 'cluster', nodes, ...auth, tls: undefined } as const;
    const cluster = createClient(target, worker) as Cluster;
    for (const retry of [worker.retryStrategy, cluster.options.clusterRetryStrategy]) {
      expect(retry?.(50)).toBeLessThanOrEqual(1_000);
    }
  });
});
