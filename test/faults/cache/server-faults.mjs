// @ts-check
/** @import { Single } from '../servers/single.mjs' */
/** @import { Scenario } from './scenario.mjs' */
/** @import { RedisServer } from '../servers/redis-server.mjs' */
import { DURABLE, FORGETFUL } from '../servers/redis-server.mjs';
import { Single as OneServer } from '../servers/single.mjs';
import { nowMs, sleep } from '../time.mjs';
import { INSTANCES } from './experiment.mjs';
import { fault } from './scenario.mjs';

const DOWN_MS = 1_500;
const FROZEN_MS = 5_000;
const SLOW_MS = 2_000;
const REPLY_DELAY_MS = 100;
const STORM_MS = 3_000;
const STORM_EVERY_MS = 20;
const FULL_MS = 2_500;
const BALLAST_BYTES = 20_000;
/** What a read may take that the process can answer by itself. */
const CACHED_MS = 50;
const ALL = ['invalidation', 'subscriber', 'command', 'bus', ''];

export const oneServer = () => OneServer.start(INSTANCES, FORGETFUL);
const oneDurableServer = () => OneServer.start(INSTANCES, DURABLE);

/** @type {readonly Scenario<Single>[]} */
export const serverFaults = [
  fault({
    name: 'killed-without-data',
    promise: 'redis killed, and back empty: 0 stale reads, 0 failed',
    hasPeer: true,
    open: oneServer,
    strike: ({ redis: { server } }) => killed(server),
  }),
  fault({
    name: 'killed-with-data',
    promise: 'redis killed, and back with all that was acknowledged: 0 stale reads, 0 failed',
    open: oneDurableServer,
    strike: ({ redis: { server } }) => killed(server),
  }),
  fault({
    name: 'older-data-back',
    promise:
      'redis back with a snapshot from before the last invalidations: 0 stale reads, 0 failed',
    open: oneServer,
    strike: async ({ redis: { server } }) => {
      await server.admin.save();
      await sleep(DOWN_MS);
      await killed(server);
    },
  }),
  fault({
    name: 'frozen-redis',
    promise: `p99 of a cached read ≤${CACHED_MS} ms, 0 failed, 0 stale once it is back`,
    hasPeer: true,
    open: oneServer,
    most: { p99Ms: CACHED_MS },
    strike: async ({ redis: { server } }) => {
      server.freeze();
      await sleep(FROZEN_MS);
      server.thaw();
    },
  }),
  fault({
    name: 'slow-redis',
    promise: `each reply ${REPLY_DELAY_MS} ms late: p99 of a cached read ≤250 ms, 0 failed, 0 stale after`,
    open: oneServer,
    most: { p99Ms: 250 },
    strike: async ({ redis: { proxies } }) => {
      for (const proxy of proxies) proxy.break(ALL, { delayMs: REPLY_DELAY_MS });
      await sleep(SLOW_MS);
      for (const proxy of proxies) proxy.heal();
    },
  }),
  fault({
    name: 'refusing-redis',
    promise: `port closed: p99 of a cached read ≤${CACHED_MS} ms, 0 failed, 0 stale after`,
    open: oneServer,
    most: { p99Ms: CACHED_MS },
    strike: async ({ redis: { proxies } }) => {
      await Promise.all(proxies.map((proxy) => proxy.down()));
      await sleep(DOWN_MS);
      await Promise.all(proxies.map((proxy) => proxy.up()));
    },
  }),
  ...['normal', 'pubsub'].map((type) =>
    fault({
      name: `client-kill-${type}`,
      promise: `CLIENT KILL TYPE ${type} every ${STORM_EVERY_MS} ms: 0 stale after, 0 failed`,
      open: oneServer,
      strike: ({ redis: { server } }) =>
        storm(() => server.admin.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')),
    }),
  ),
  fault({
    name: 'flushed',
    promise: 'FLUSHALL again and again under load: 0 stale after, 0 failed',
    open: oneServer,
    strike: ({ redis: { server } }) => storm(() => server.admin.flushall(), 250),
  }),
  fault({
    name: 'full-noeviction',
    promise: 'redis refuses to take more: 0 stale after, 0 failed',
    open: oneServer,
    strike: async ({ redis: { server } }) => {
      await server.admin.config('SET', 'maxmemory', 1);
      await sleep(FULL_MS);
      await server.admin.config('SET', 'maxmemory', 0);
    },
  }),
  fault({
    name: 'full-evicting',
    promise: 'redis evicts all the time, whatever it is: 0 stale after, 0 failed',
    open: oneServer,
    strike: ({ redis: { server } }) => evicting(server),
  }),
  fault({
    name: 'read-only',
    promise: 'the server became a replica and refuses writes: 0 stale after, 0 failed',
    open: oneServer,
    strike: async ({ redis: { server } }) => {
      // Nobody is there to follow: it keeps what it has, and answers READONLY.
      await server.admin.call('REPLICAOF', '127.0.0.1', '1');
      await sleep(FULL_MS);
      await server.admin.call('REPLICAOF', 'NO', 'ONE');
    },
  }),
];

/** @param {RedisServer} server */
async function killed(server) {
  await server.kill();
  await sleep(DOWN_MS);
  await server.up();
}

/** @param {() => Promise<unknown>} blow @param {number} everyMs */
async function storm(blow, everyMs = STORM_EVERY_MS) {
  const endMs = nowMs() + STORM_MS;
  let blows = 0;
  while (nowMs() < endMs) {
    await blow();
    blows += 1;
    await sleep(everyMs);
  }
  return { blows };
}

/** Room for half of what is there, and others who write all the time. @param {RedisServer} server */
async function evicting(server) {
  const memory = /used_memory:(\d+)/.exec(await server.admin.info('memory'));
  await server.admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await server.admin.config('SET', 'maxmemory', Number(memory?.[1]) + 4 * BALLAST_BYTES);
  const { blows } = await storm(() =>
    server.admin.set(`ballast:${Math.random()}`, 'b'.repeat(BALLAST_BYTES)),
  );
  const evicted = /evicted_keys:(\d+)/.exec(await server.admin.info('stats'));
  await server.admin.config('SET', 'maxmemory', 0);
  await server.admin.config('SET', 'maxmemory-policy', 'noeviction');
  return { blows, evicted: Number(evicted?.[1]) };
}
