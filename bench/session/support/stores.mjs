// @ts-check
import { Redis } from 'ioredis';
import { startTestServers } from '../../../test/support/servers/test-servers.mjs';
import { importBuilt } from '../../harness/bourse.mjs';

/** @typedef {import('../../../src/redis/session/session-store.js').SessionStore} SessionStore */
/** @typedef {{ redisUrl: string, databaseUrl: string }} Context */
/** How the application is told of Redis. @typedef {Readonly<Record<string, string>>} RedisVariables */

/**
 * What a side can do, in its own words for it.
 * @typedef {object} Sessions
 * @property {(userId: string) => Promise<string>} open answers what opens it
 * @property {(token: string) => Promise<string | undefined>} validate whose it is; counts as use
 * @property {(userId: string) => Promise<unknown>} revokeAll
 */

/** As configured by default; the peer has no absolute end. */
const LIFETIMES = { idleMs: 1_800_000, absoluteMs: 86_400_000, graceMs: 10_000 };
const STATEMENT_TIMEOUT_MS = 10_000;
const DEVICE = {
  ip: '192.0.2.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
};

/**
 * An empty Redis and an empty PostgreSQL of their own.
 * @template Result
 * @param {(context: Context) => Promise<Result>} use
 * @returns {Promise<Result>}
 */
export async function withServers(use) {
  const servers = await startTestServers(['redis', 'postgres']);
  try {
    const { redis: redisUrl = '', postgres: databaseUrl = '' } = servers.urls;
    return await use({ redisUrl, databaseUrl });
  } finally {
    await servers.stop();
  }
}

/**
 * The store as the application puts it together, with its records in PostgreSQL.
 * @param {Context | { redis: RedisVariables, databaseUrl: string }} context
 * @returns {Promise<Sessions>}
 */
export async function openBourse(context) {
  const { databaseUrl } = context;
  const redis = 'redis' in context ? context.redis : { REDIS_URL: context.redisUrl };
  /** @type {typeof import('../../../src/config/config.js')} */
  const { parseConfig } = await importBuilt('config/config.js');
  /** @type {typeof import('../../../src/database/postgres.database.js')} */
  const { PostgresDatabase } = await importBuilt('database/postgres.database.js');
  /** @type {typeof import('../../../src/database/sessions/sessions.repository.js')} */
  const { DatabaseSessionRecords } = await importBuilt('database/sessions/sessions.repository.js');
  /** @type {typeof import('../../../src/kernel/clock.js')} */
  const { systemClock } = await importBuilt('kernel/clock.js');
  /** @type {typeof import('../../../src/redis/connection/redis-connections.js')} */
  const { RedisConnections } = await importBuilt('redis/connection/redis-connections.js');
  /** @type {typeof import('../../../src/redis/keys/redis-key.js')} */
  const { createKeyBuilder } = await importBuilt('redis/keys/redis-key.js');
  /** @type {typeof import('../../../src/redis/pubsub/redis.pub-sub.js')} */
  const { RedisPubSub } = await importBuilt('redis/pubsub/redis.pub-sub.js');
  /** @type {typeof import('../../../src/redis/session/cache/redis.session-cache.js')} */
  const { RedisSessionCache } = await importBuilt('redis/session/cache/redis.session-cache.js');
  /** @type {typeof import('../../../src/redis/session/durable.session-store.js')} */
  const { DurableSessionStore } = await importBuilt('redis/session/durable.session-store.js');
  /** @type {typeof import('../../../src/redis/session/session-feed.js')} */
  const { SessionFeed } = await importBuilt('redis/session/session-feed.js');

  const config = parseConfig(redis);
  const keys = createKeyBuilder(config.redis.keyPrefix);
  const connections = new RedisConnections(config);
  await connections.waitUntilReady(connections.command);
  const database = new PostgresDatabase({
    url: databaseUrl,
    poolSize: 10,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onError: (error) => console.error(error),
  });
  await database.migrate();
  const records = new DatabaseSessionRecords(database);
  const bus = new RedisPubSub(connections, keys, systemClock);
  const store = await new DurableSessionStore(
    records,
    new RedisSessionCache(connections, keys, LIFETIMES, systemClock),
    new SessionFeed(records, bus, { isShared: true, statementTimeoutMs: STATEMENT_TIMEOUT_MS }),
    LIFETIMES,
    systemClock,
  ).start();
  return {
    open: async (userId) => (await store.create({ userId, ...DEVICE })).token,
    validate: async (token) => (await store.validate(token))?.userId,
    revokeAll: (userId) => store.revokeAll(userId),
  };
}

/**
 * connect-redis as express-session uses it: a request reads its session, and restarts its life at its end. Of the
 * sessions of a user it knows nothing: who ends them looks through all.
 * @param {Context} context @returns {Promise<Sessions>}
 */
export async function openConnectRedis({ redisUrl }) {
  const [{ RedisStore }, { createClient }, { randomBytes }] = await Promise.all([
    import('connect-redis'),
    import('redis'),
    import('node:crypto'),
  ]);
  const client = createClient({ url: redisUrl });
  await client.connect();
  /** @type {import('connect-redis').RedisStore} */
  const store = new RedisStore({ client, prefix: 'peer:', ttl: LIFETIMES.idleMs / 1_000 });
  const sessionOf = (/** @type {string} */ userId) =>
    /** @type {import('express-session').SessionData} */ (
      /** @type {unknown} */ ({ userId, ...DEVICE, createdAtMs: Date.now(), cookie: {} })
    );
  return {
    open: async (userId) => {
      const sid = randomBytes(32).toString('base64url');
      await store.set(sid, sessionOf(userId));
      return sid;
    },
    validate: async (sid) => {
      const session = await store.get(sid);
      if (!session) return undefined;
      await store.touch(sid, session);
      return session.userId;
    },
    revokeAll: async (userId) => {
      const all = /** @type {{ id: string, userId: string }[]} */ (await store.all());
      const own = all.filter((session) => session.userId === userId);
      await Promise.all(own.map(({ id }) => store.destroy(id)));
    },
  };
}

/** How often the server has read something from a connection: in sequence, once per round trip. */
export class RoundTrips {
  #redis;

  /** @param {string} url */
  constructor(url) {
    this.#redis = new Redis(url);
  }

  /** Without the questions themselves. @param {() => Promise<void>} work @returns {Promise<number>} */
  async during(work) {
    const before = await this.#reads();
    await work();
    return (await this.#reads()) - before - 1;
  }

  close() {
    this.#redis.disconnect();
  }

  async #reads() {
    const [, reads] = /^total_reads_processed:(\d+)/m.exec(await this.#redis.info('stats')) ?? [];
    if (reads === undefined) throw new Error('Redis does not tell what it has read');
    return Number(reads);
  }
}
