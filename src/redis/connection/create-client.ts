import { isIP } from 'node:net';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisTarget } from '../../config/config.js';

/** A connection to one server (or a Sentinel's primary) or to a Cluster: commands are the same. */
export type RedisClient = Redis | Cluster;

/**
 * Makes a client that does not connect yet: the caller attaches its listeners first.
 * @param sharded on a Cluster: keep a connection to each primary for sharded pub/sub.
 */
export function createClient(
  target: RedisTarget,
  options: RedisOptions,
  { sharded = false }: { readonly sharded?: boolean } = {},
): RedisClient {
  switch (target.kind) {
    case 'url':
      return new Redis({
        ...options,
        ...parseRedisUrl(target.url, target.rejectUnauthorized),
        lazyConnect: true,
      });
    case 'parts':
      return new Redis({
        ...options,
        host: target.host,
        port: target.port,
        ...credentials(target.username, target.password),
        ...(target.tls && { tls: tlsFor(target.host, target.tls.rejectUnauthorized) }),
        lazyConnect: true,
      });
    case 'sentinel':
      return new Redis({
        ...options,
        sentinels: target.sentinels.map(({ host, port }) => ({ host, port })),
        name: target.masterName,
        ...credentials(target.username, target.password),
        ...(target.tls && {
          tls: { ...target.tls },
          sentinelTLS: { ...target.tls },
          enableTLSForSentinelMode: true,
        }),
        lazyConnect: true,
      });
    case 'cluster':
      return createCluster(target, options, sharded);
  }
}

function createCluster(
  { nodes, username, password, tls }: Extract<RedisTarget, { kind: 'cluster' }>,
  { enableOfflineQueue = true, retryStrategy, ...options }: RedisOptions,
  sharded: boolean,
): Cluster {
  const resends = options.autoResendUnfulfilledCommands === true;
  const cluster = new Cluster(
    nodes.map(({ host, port }) => ({ host, port })),
    {
      clusterRetryStrategy: retryStrategy,
      enableOfflineQueue,
      shardedSubscribers: sharded,
      slotsRefreshTimeout: options.connectTimeout,
      // A command whose connection was lost would be sent again, to any node, though it may have run.
      ...(!resends && { retryDelayOnFailover: 0 }),
      redisOptions: {
        ...options,
        ...credentials(username, password),
        ...(tls && { tls: { ...tls } }),
      },
      // With TLS the nodes' names must survive: a certificate does not cover the resolved address.
      ...(tls && { dnsLookup: (address, done) => done(null, address) }),
      lazyConnect: true,
    },
  );
  // ioredis connects a node when a command needs it, and without a queue those right after that one
  // fail. Not before the Cluster is ready: its own check of that needs a node that is not connecting.
  cluster.on('ready', () => cluster.nodes().forEach(connectNode));
  cluster.on('+node', (node: Redis) => {
    if (cluster.status === 'ready') connectNode(node);
  });
  return cluster;
}

function connectNode(node: Redis): void {
  // One that fails leaves the pool, and comes back with the next look at the slots.
  if (node.status === 'wait') node.connect().catch(() => undefined);
}

/**
 * Reads `redis[s]://[user][:password]@host[:port][/db]`. Done here because ioredis lets the `tls:
 * true` it derives from `rediss:` win over the certificate options beside it.
 */
export function parseRedisUrl(text: string, rejectUnauthorized: boolean): RedisOptions {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const db = Number(url.pathname.slice(1) || '0');
  return {
    host: host || '127.0.0.1',
    port: url.port === '' ? 6379 : Number(url.port),
    db: Number.isInteger(db) ? db : 0,
    ...credentials(
      decodeURIComponent(url.username) || undefined,
      decodeURIComponent(url.password) || undefined,
    ),
    ...(url.protocol === 'rediss:' && { tls: tlsFor(host, rejectUnauthorized) }),
  };
}

function credentials(username: string | undefined, password: string | undefined): RedisOptions {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

function tlsFor(host: string, rejectUnauthorized: boolean): NonNullable<RedisOptions['tls']> {
  // Hosted Redis tells its tenants apart by the name in the handshake; an address may not be one.
  return { rejectUnauthorized, ...(isIP(host) === 0 && { servername: host }) };
}
