// @ts-check
/** @import { Outcome, Setting } from '../cache/experiment.mjs' */
/** @import { OpenSession, Report } from './instance.mjs' */
/** @import { Target } from '../cache/instance/bourse.mjs' */
/** @import { RedisServer } from '../servers/redis-server.mjs' */
/** @import { Topology } from '../servers/topology.mjs' */
import { Side } from '../../../bench/harness/side.mjs';
import { startTestServers } from '../../support/servers/test-servers.mjs';
import { DURABLE, FORGETFUL } from '../servers/redis-server.mjs';
import { Sentinels } from '../servers/sentinels.mjs';
import { Single } from '../servers/single.mjs';
import { nowMs, sleep } from '../time.mjs';

export const OURS = 'bourse';
/** It knows no ends that others must hear of. */
export const PEER = { product: 'none', version: 'none' };

const INSTANCE = new URL('./instance.mjs', import.meta.url).href;
const INSTANCES = 3;
/** Of these every other one ends in the course of a scenario. */
const USERS = 40;
const SESSIONS_EACH = 3;
const CALM_MS = 1_000;
const FAULT_MS = 3_000;
const BETWEEN_ENDS_MS = 150;
/** In which all processes must have heard of an end. */
const HEARD_MS = 1_000;
/** How long the replica hears of nothing before it takes over. */
const UNHEARD_MS = 800;
/** The bound of a call to Redis, and what a busy machine adds to it. */
const MAX_MS = 2_500;

/**
 * @template {Topology} Redis
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} promise
 * @property {() => Promise<Redis>} open
 * @property {(redis: Redis) => Promise<Record<string, number> | void>} strike begins the fault; answers further figures
 * @property {(redis: Redis) => Promise<unknown>} heal
 * @property {Record<string, readonly [least: number, most: number]>} [limits] of those figures
 */

const nothing = () => Promise.resolve();
const single = (settings = FORGETFUL) => Single.start(INSTANCES, settings);

/** @type {readonly Scenario<Single>[]} */
const serverFaults = [
  {
    name: 'race',
    promise: 'ends under many uses of the same sessions, in all processes, and nothing comes back',
    open: single,
    strike: nothing,
    heal: nothing,
  },
  {
    name: 'killed',
    promise: 'Redis killed, back empty: nobody is signed out, ends are heard within a second',
    open: single,
    strike: ({ server }) => server.kill(),
    heal: ({ server }) => server.up(),
  },
  {
    name: 'killed-durable',
    promise: 'Redis killed, back with what it had: what was ended meanwhile stays ended',
    open: () => single(DURABLE),
    strike: ({ server }) => server.kill(),
    heal: ({ server }) => server.up(),
  },
  {
    name: 'frozen',
    promise: 'Redis frozen: uses and ends cost one time-out, and go on',
    open: single,
    strike: async ({ server }) => server.freeze(),
    heal: async ({ server }) => server.thaw(),
  },
  {
    name: 'cut-one',
    promise:
      'one process without Redis, which the others have: it hears, and is heard, within a second',
    open: single,
    strike: (redis) => redis.proxy(0).down(),
    heal: (redis) => redis.proxy(0).up(),
  },
  {
    name: 'flushed',
    promise: 'Redis emptied again and again: nobody is signed out, nothing comes back',
    open: single,
    strike: async ({ server }) => {
      for (let i = 0; i < 10; i += 1) {
        await server.admin.flushall();
        await sleep(FAULT_MS / 20);
      }
    },
    heal: nothing,
  },
];

/** @type {readonly Scenario<Sentinels>[]} */
const sentinelFaults = [
  {
    name: 'sentinel-primary-killed',
    promise:
      'the primary dies, and a replica that missed the last ends takes over: none of them comes back, nobody is signed out',
    open: () => Sentinels.start(INSTANCES),
    strike: async (redis) => {
      const [primary, replica] = [await redis.primary(), await redis.replica()];
      await redis.cutReplication();
      await sleep(UNHEARD_MS);
      const missed = await endsMissedBy(replica, primary);
      await primary.kill();
      await redis.untilMovedFrom(primary, false);
      return { missed };
    },
    heal: nothing,
    limits: { missed: [3, Infinity] },
  },
  {
    name: 'sentinel-failover',
    promise: 'SENTINEL FAILOVER, the former primary turns read-only: the same',
    open: () => Sentinels.start(INSTANCES),
    strike: async (redis) => {
      const primary = await redis.primary();
      await redis.failOver();
      await redis.untilMovedFrom(primary, true);
    },
    heal: nothing,
  },
];

export const scenarios = [...serverFaults, ...sentinelFaults].map((scenario) => ({
  ...scenario,
  hasPeer: false,
}));

/**
 * Of how many users the first server believes sessions that the second one knows to have ended.
 * @param {RedisServer} behind @param {RedisServer} ahead @returns {Promise<number>}
 */
async function endsMissedBy(behind, ahead) {
  const keys = await ahead.admin.keys('*:generation:*');
  const [old, known] = await Promise.all([behind.admin.mget(keys), ahead.admin.mget(keys)]);
  return keys.filter((_, i) => Number(old[i]) < Number(known[i])).length;
}

/**
 * @template {Topology} Redis
 * @param {Scenario<Redis>} scenario @param {Setting} setting
 * @returns {Promise<Outcome & { pass: boolean }>}
 */
export async function play(scenario, { onOpen, deaf }) {
  if (deaf !== undefined) throw new Error('no session instance can be made deaf');
  /** @type {(() => Promise<unknown> | void)[]} */
  const opened = [];
  onOpen(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });
  const postgres = await startTestServers(['postgres']);
  opened.push(() => postgres.stop());
  const redis = await scenario.open();
  opened.push(() => redis.stop());
  const start = async (/** @type {Record<string, string>} */ env) => {
    const context = { redis: env, databaseUrl: postgres.urls.postgres };
    const side = await Side.start(INSTANCE, 'instance', context);
    opened.push(() => side.stop());
    return side;
  };
  /** @type {Side[]} */
  const fleet = [];
  // One after the other: the first one makes the tables.
  for (const { env } of redis.targets()) fleet.push(await start(env));
  const figures = await measure(scenario, redis, fleet, start);
  const details = Object.entries({ ...LIMITS, ...scenario.limits }).flatMap(
    ([figure, [least, most]]) => {
      const value = figures[figure] ?? NaN;
      return value >= least && value <= most ? [] : [`${figure} ${value}, not ${least} to ${most}`];
    },
  );
  return { figures, details, pass: details.length === 0 };
}

/** @type {Record<string, readonly [least: number, most: number]>} */
const LIMITS = {
  answers: [2_000, Infinity],
  ends: [15, Infinity],
  failed: [0, 0],
  failedEnds: [0, 0],
  signedOut: [0, 0],
  revived: [0, 0],
  heardAfterMs: [0, HEARD_MS],
  maxMs: [0, MAX_MS],
};

/**
 * @template {Topology} Redis
 * @param {Scenario<Redis>} scenario @param {Redis} redis @param {readonly Side[]} fleet
 * @param {(env: Record<string, string>) => Promise<Side>} start a further process
 * @returns {Promise<Record<string, number>>}
 */
async function measure(scenario, redis, fleet, start) {
  const users = Array.from({ length: USERS }, (_, i) => `user-${i}`);
  const at = (/** @type {number} */ i) => /** @type {Side} */ (fleet[i % fleet.length]);
  /** @type {OpenSession[]} */
  const open = [];
  for (const userId of users) {
    for (let i = 0; i < SESSIONS_EACH; i += 1)
      open.push({ userId, token: await at(i).call('open', userId) });
  }
  for (const side of fleet) await side.call('startAsking', open);

  /** @type {Map<string, { askedMs: number, endedMs: number }>} */
  const ends = new Map();
  let failedEnds = 0;
  let isOver = false;
  const ending = (async () => {
    for (let i = 0; i < USERS && !isOver; i += 2) {
      const userId = /** @type {string} */ (users[i]);
      const askedMs = nowMs();
      try {
        await at(i / 2).call('revokeAll', userId);
        ends.set(userId, { askedMs, endedMs: nowMs() });
      } catch {
        failedEnds += 1;
      }
      await sleep(BETWEEN_ENDS_MS);
    }
  })();
  await sleep(CALM_MS);
  const seen = await scenario.strike(redis);
  await sleep(FAULT_MS);
  await scenario.heal(redis);
  await ending;
  isOver = true;
  await sleep(HEARD_MS + CALM_MS);

  /** @type {Report[]} */
  const reports = [];
  for (const side of fleet) reports.push(await side.call('stopAsking'));
  let signedOut = 0;
  let heardAfterMs = 0;
  for (const { seen: answered } of reports) {
    for (const [userId, { lastLiveMs, firstEndedMs }] of Object.entries(answered)) {
      const end = ends.get(userId);
      if (firstEndedMs < (end?.askedMs ?? Infinity)) signedOut += 1;
      if (end !== undefined) heardAfterMs = Math.max(heardAfterMs, lastLiveMs - end.endedMs);
    }
  }
  let revived = 0;
  // It has heard of no end: it knows what Redis and the records tell.
  const newcomer = await start(/** @type {Target} */ (redis.targets()[0]).env);
  for (const session of open) {
    for (const side of [...fleet, newcomer]) {
      const isLive = await side.call('isLive', session);
      if (isLive && ends.has(session.userId)) revived += 1;
      if (!isLive && !ends.has(session.userId)) signedOut += 1;
    }
  }
  const sum = (/** @type {'answers' | 'failed'} */ figure) =>
    reports.reduce((total, report) => total + report[figure], 0);
  return {
    answers: sum('answers'),
    ends: ends.size,
    failed: sum('failed'),
    failedEnds,
    signedOut,
    revived,
    heardAfterMs: Math.round(heardAfterMs),
    maxMs: Math.round(Math.max(...reports.map(({ maxMs }) => maxMs))),
    ...seen,
  };
}
