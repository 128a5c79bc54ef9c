// @ts-check
/** @import { Setting } from '../cache/experiment.mjs' */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startTestServers } from '../../support/servers/test-servers.mjs';
import { LabellingProxy } from '../labelling-proxy.mjs';
import { FORGETFUL, RedisServer } from '../servers/redis-server.mjs';
import { brokenLimits } from '../cache/scenario.mjs';
import { nowMs, sleep, until, within } from '../time.mjs';

/** @typedef {{ redis: RedisServer, proxy: LabellingProxy, sql: pg.Client, start: (mode: 'own' | 'blind' | 'brief', waitMs?: number) => Holder }} Stage */
/** @typedef {Record<string, number>} Figures */

/**
 * @typedef {object} LockScenario
 * @property {string} name
 * @property {string} promise
 * @property {boolean} hasPeer
 * @property {typeof FORGETFUL} settings
 * @property {(stage: Stage) => Promise<Figures>} measure
 * @property {Figures} most
 * @property {Figures} least
 */

const HOLDER = fileURLToPath(new URL('./holder.mjs', import.meta.url));
const WAIT_MS = 20_000;
/** Of those who are to give up: as long as all of them take to start on a busy machine. */
const SHORT_WAIT_MS = 8_000;
const SHORT_WAITERS = [1, 2, 3];
/** One command time-out, and what a busy machine adds. */
const LATE_MS = 1_500;
/** Of a holder's lease: see holder.mjs. */
const TTL_MS = 1_000;

export const OURS = 'bourse';
/** Neither peer has tokens that a database could refuse: nothing here can be asked of them. */
export const PEER = { product: 'none', version: 'none' };

/** A process of `holder.mjs`, and what it has said. */
class Holder {
  /** @type {string[]} */
  lines = [];

  /** @param {'own' | 'blind' | 'brief'} mode @param {number} waitMs @param {Record<string, string>} env */
  constructor(mode, waitMs, env) {
    const child = spawn(process.execPath, [HOLDER, mode, String(waitMs)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.process = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.lines.push(line));
    this.ended = once(this.process, 'exit');
  }

  /** @returns {bigint | undefined} */
  get token() {
    const line = this.lines.find((one) => one.startsWith('held '));
    return line === undefined ? undefined : BigInt(line.slice(5));
  }

  /** @returns {number} for how long it asked for the lock, ms; NaN while it does */
  get waitedMs() {
    return Number(this.lines.find((one) => one.startsWith('waited '))?.slice(7));
  }

  /** @param {string} line @returns {number} how often it was said */
  count(line) {
    return this.lines.filter((one) => one === line).length;
  }

  async holds() {
    await until('the lock is held', () => this.token !== undefined, WAIT_MS);
  }

  async writes() {
    const before = this.count('written');
    await until('something is written', () => this.count('written') > before, WAIT_MS);
  }

  async refused() {
    const codes = ['lock.lost', 'lock.fenced'];
    await until('a refusal', () => codes.some((code) => this.count(code) > 0), WAIT_MS);
  }

  /** @returns {Promise<boolean>} whether it had the lock, or was refused it by an error with a code of locks */
  async settles() {
    await within('who waits to end', this.ended, 2 * WAIT_MS);
    return this.token !== undefined || this.lines.some((line) => line.startsWith('refused lock.'));
  }

  async end() {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}

/** @param {Stage} stage @returns {Promise<number>} writes of an older token that were stored after one of a newer */
async function outOfOrder({ sql }) {
  const { rows } = await sql.query('select token from lock_writes order by id');
  let newest = 0n;
  let wrong = 0;
  for (const { token } of rows) {
    if (BigInt(token) < newest) wrong += 1;
    else newest = BigInt(token);
  }
  return wrong;
}

/** @param {'own' | 'blind'} mode @returns {(stage: Stage) => Promise<Figures>} */
const stopped = (mode) => async (stage) => {
  const first = stage.start(mode);
  await first.writes();
  const startedMs = nowMs();
  first.process.kill('SIGSTOP');
  const second = stage.start('brief');
  await second.ended;
  const takenAfterMs = Math.round(nowMs() - startedMs);
  first.process.kill('SIGCONT');
  await first.refused();
  return {
    outOfOrder: await outOfOrder(stage),
    refused: first.count('lock.lost') + first.count('lock.fenced'),
    nextWrote: second.count('written'),
    takenAfterMs,
  };
};

/** @param {(redis: RedisServer) => Promise<unknown>} strike @returns {(stage: Stage) => Promise<Figures>} */
const redisAway = (strike) => async (stage) => {
  const first = stage.start('blind');
  await first.writes();
  await strike(stage.redis);
  const second = stage.start('brief');
  await second.ended;
  await until('a refusal', () => first.count('lock.fenced') > 0, WAIT_MS);
  const grew = (second.token ?? 0n) > (first.token ?? 0n);
  return {
    outOfOrder: await outOfOrder(stage),
    nextWrote: second.count('written'),
    tokenGrew: Number(grew),
  };
};

/** @param {Stage} stage @param {number} count @returns {Promise<unknown>} once so many wait */
function queued({ redis }, count) {
  const areQueued = async () => {
    const [queue] = await redis.admin.keys('*:queue');
    return queue !== undefined && (await redis.admin.zcard(queue)) === count;
  };
  return until(`${count} wait`, areQueued, WAIT_MS);
}

/**
 * A holder that keeps the lock, and some who wait for {@link SHORT_WAIT_MS}.
 * @param {(stage: Stage) => Promise<unknown>} strike shortly before the last of them gives up
 * @returns {(stage: Stage) => Promise<Figures>}
 */
const bounded = (strike) => async (stage) => {
  const first = stage.start('own');
  await first.writes();
  const waiting = SHORT_WAITERS.map(() => stage.start('brief', SHORT_WAIT_MS));
  await queued(stage, waiting.length);
  // So late that the patience with a silent Redis (3 s) would outlast the wait.
  await sleep(SHORT_WAIT_MS - 1_500);
  await strike(stage);
  const settled = await Promise.all(waiting.map((one) => one.settles()));
  const lateMs = waiting.map((one) => one.waitedMs - SHORT_WAIT_MS);
  return {
    outOfOrder: await outOfOrder(stage),
    untyped: settled.filter((isTyped) => !isTyped).length,
    tookIt: waiting.filter(({ token }) => token !== undefined).length,
    lateMs: Math.max(...lateMs),
  };
};

/**
 * A holder and two who wait, while Redis cannot be reached for longer than the lease.
 * @param {(stage: Stage) => Promise<unknown>} strike @param {(stage: Stage) => Promise<unknown>} heal
 * @returns {(stage: Stage) => Promise<Figures>}
 */
const unreachable = (strike, heal) => async (stage) => {
  const first = stage.start('own');
  await first.writes();
  const waiting = [stage.start('brief'), stage.start('brief')];
  await queued(stage, 2);
  await strike(stage);
  await first.refused();
  await sleep(2 * TTL_MS);
  await heal(stage);
  const settled = await Promise.all(waiting.map((one) => one.settles()));
  const after = stage.start('brief');
  await after.ended;
  const holders = [first, ...waiting, after].flatMap(({ token }) => token ?? []);
  return {
    outOfOrder: await outOfOrder(stage),
    sameToken: holders.length - new Set(holders).size,
    untyped: settled.filter((isTyped) => !isTyped).length,
    nextWrote: after.count('written'),
  };
};

const kept = { most: { outOfOrder: 0 }, least: { nextWrote: 1 } };
const unharmed = { ...kept, most: { ...kept.most, sameToken: 0, untyped: 0 } };
const giveUp = { most: { outOfOrder: 0, untyped: 0, tookIt: 0, lateMs: LATE_MS }, least: {} };
const grows = { ...kept, least: { ...kept.least, tokenGrew: 1 } };

/** @type {readonly LockScenario[]} */
export const scenarios = [
  {
    name: 'holder-stopped',
    promise: 'a holder stopped beyond its lease (SIGSTOP) writes nothing after the next one has',
    measure: stopped('own'),
    settings: FORGETFUL,
    ...kept,
    least: { ...kept.least, refused: 1 },
  },
  {
    name: 'blind-holder-stopped',
    promise: 'the same of one whose lease never says that it is over: the database refuses it',
    measure: stopped('blind'),
    settings: FORGETFUL,
    ...kept,
    least: { ...kept.least, refused: 1 },
  },
  {
    name: 'holder-killed',
    promise: `who waits gets the lock of a holder that was killed, within ${TTL_MS} ms and a look`,
    measure: async (/** @type {Stage} */ stage) => {
      const first = stage.start('own');
      await first.writes();
      const second = stage.start('brief');
      await queued(stage, 1);
      const startedMs = nowMs();
      await first.end();
      await second.ended;
      const takenAfterMs = Math.round(nowMs() - startedMs);
      return {
        outOfOrder: await outOfOrder(stage),
        nextWrote: second.count('written'),
        takenAfterMs,
      };
    },
    settings: FORGETFUL,
    ...kept,
    most: { ...kept.most, takenAfterMs: 5_000 },
  },
  {
    name: 'redis-emptied',
    promise:
      'FLUSHALL under a holder: the next token is greater, and the old holder writes nothing',
    measure: redisAway((redis) => redis.admin.flushall()),
    settings: FORGETFUL,
    ...grows,
  },
  {
    name: 'redis-killed-without-data',
    promise:
      'redis killed and back empty: the next token is greater, the old holder writes nothing',
    measure: redisAway(async (redis) => {
      await redis.kill();
      await redis.up();
    }),
    settings: FORGETFUL,
    ...grows,
  },
  {
    name: 'redis-frozen',
    promise:
      'redis frozen (SIGSTOP) beyond the lease, one holds and two wait: no token twice, none out of order, who waits gets the lock or a typed error, and it goes on',
    measure: unreachable(
      async ({ redis }) => redis.freeze(),
      async ({ redis }) => redis.thaw(),
    ),
    settings: FORGETFUL,
    ...unharmed,
  },
  {
    name: 'network-cut',
    promise: 'the same with the network of all three processes cut, and healed',
    measure: unreachable(
      ({ proxy }) => proxy.down(),
      ({ proxy }) => proxy.up(),
    ),
    settings: FORGETFUL,
    ...unharmed,
  },
  {
    name: 'waiters-bounded',
    promise: `three who wait for a lock that is not given back end by their own waitMs (${SHORT_WAIT_MS} ms), with a typed error`,
    measure: bounded(async () => {}),
    settings: FORGETFUL,
    ...giveUp,
  },
  {
    name: 'waiters-bounded-frozen',
    promise: 'the same with redis frozen while they wait: no more than one command time-out later',
    measure: bounded(async ({ redis }) => redis.freeze()),
    settings: FORGETFUL,
    ...giveUp,
  },
  {
    name: 'waiters-bounded-cut',
    promise: 'the same with the network cut while they wait',
    measure: bounded(({ proxy }) => proxy.down()),
    settings: FORGETFUL,
    ...giveUp,
  },
].map((scenario) => ({ ...scenario, hasPeer: false }));

/** @param {LockScenario} scenario @param {Setting} setting */
export async function play(scenario, { onOpen }) {
  /** @type {Holder[]} */
  const holders = [];
  const servers = await startTestServers(['postgres']);
  const redis = await RedisServer.start(scenario.settings);
  const proxy = new LabellingProxy(redis.port);
  await proxy.up();
  const url = servers.urls.postgres ?? '';
  const sql = new pg.Client(url);
  onOpen(async () => {
    await Promise.all(holders.map((holder) => holder.end()));
    await sql.end();
    await proxy.down();
    redis.thaw();
    await Promise.all([redis.remove(), servers.stop()]);
  });
  await sql.connect();
  await sql.query('create table lock_writes (id bigserial primary key, token bigint not null)');
  const env = {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: url,
    REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
  };
  await migrate(url);
  const start = (/** @type {'own' | 'blind' | 'brief'} */ mode, waitMs = WAIT_MS) => {
    const holder = new Holder(mode, waitMs, env);
    holders.push(holder);
    return holder;
  };
  const figures = await scenario.measure({ redis, proxy, sql, start });
  const details = brokenLimits(scenario, figures);
  return { figures, pass: details.length === 0, details };
}

/** @param {string} url */
async function migrate(url) {
  const module = new URL('../../../dist/database/postgres.database.js', import.meta.url).href;
  const { PostgresDatabase } = await import(module);
  const timeouts = { connectTimeoutMs: 5_000, statementTimeoutMs: 20_000 };
  const database = new PostgresDatabase({ url, poolSize: 1, ...timeouts, onError: () => {} });
  await database.migrate();
  await database.close();
}
