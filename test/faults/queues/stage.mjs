// @ts-check
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { Side } from '../../../bench/harness/side.mjs';
import { startTestServers } from '../../support/servers/test-servers.mjs';
import { DURABLE, RedisServer } from '../servers/redis-server.mjs';
import { nowMs, sleep, until } from '../time.mjs';

const INSTANCE = new URL('./instance.mjs', import.meta.url).href;
/** Asks for so many a second, for as long as a scenario lasts. */
const ASKS_PER_SECOND = 20;
const CALL_MS = 10_000;
const DONE_MS = 40_000;
/** Of the asker's process: all others may be killed. */
const ASKER = 1;

/** @typedef {(close: () => Promise<void>) => void} OnOpen told how to end what has been started */

/** What was asked for, what was begun, and what came of it. */
export const TABLES = `
  create table fault_asks (key text primary key, at timestamptz not null default clock_timestamp());
  create table fault_attempts (key text not null, pid int not null, at timestamptz not null default clock_timestamp());
  create table fault_effects (key text not null, pid int not null, at timestamptz not null default clock_timestamp())`;
export const OPEN_ASKS = 'not exists (select 1 from fault_effects d where d.key = fault_asks.key)';
export const DOUBLED = '(select key from fault_effects group by key having count(*) > 1) twice';

/** PostgreSQL, and a queue Redis that keeps what it acknowledged. @param {OnOpen} onOpen */
export async function openServers(onOpen) {
  const opened = endsOf(onOpen);
  const servers = await startTestServers(['postgres']);
  opened.push(() => servers.stop());
  const redis = await RedisServer.start(DURABLE);
  opened.push(() => redis.remove());
  const databaseUrl = servers.urls.postgres ?? '';
  const database = new pg.Client(databaseUrl);
  await database.connect();
  opened.push(() => database.end());
  return { opened, redis, database, databaseUrl };
}

/** The environment of a worker on them. @param {string} databaseUrl @param {RedisServer} redis */
export function variablesOn(databaseUrl, redis) {
  return {
    LOG_LEVEL: 'error',
    BOURSE_ROLE: 'worker',
    ENCRYPTION_KEYS: `faults:${randomBytes(32).toString('base64')}`,
    DATABASE_URL: databaseUrl,
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    REDIS_KEY_PREFIX: 'faults',
  };
}

/** What is put there is ended in the opposite order. @param {OnOpen} onOpen @returns {(() => Promise<unknown>)[]} */
export function endsOf(onOpen) {
  /** @type {(() => Promise<unknown>)[]} */
  const opened = [];
  onOpen(async () => {
    for (const end of opened.splice(0).reverse()) await end();
  });
  return opened;
}

/** Two workers on them. */
export class Stage {
  #variables;
  #isAsking = false;
  #asking = Promise.resolve();
  #asked = 0;
  /** @type {Side[]} */
  workers = [];

  /** @param {string} databaseUrl @param {RedisServer} redis @param {pg.Client} database */
  constructor(databaseUrl, redis, database) {
    this.redis = redis;
    this.database = database;
    this.#variables = { ...variablesOn(databaseUrl, redis), NODE_ENV: 'production' };
  }

  /** @param {OnOpen} onOpen @param {number} jobMs */
  static async open(onOpen, jobMs) {
    const { opened, databaseUrl, redis, database } = await openServers(onOpen);
    await database.query(TABLES);
    const stage = new Stage(databaseUrl, redis, database);
    opened.push(() => stage.close());
    // One after the other: the first brings the tables.
    for (let i = 0; i < 2; i += 1) {
      const context = { variables: stage.#variables, jobMs };
      stage.workers.push(await Side.start(INSTANCE, 'bourse', context));
    }
    return stage;
  }

  async close() {
    await this.stopAsking();
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }

  /** From now on, each in a transaction of its own, until {@link stopAsking}. */
  startAsking() {
    this.#isAsking = true;
    this.#asking = this.#askOn();
  }

  async stopAsking() {
    this.#isAsking = false;
    await this.#asking;
  }

  /** @param {number} count */
  async askAtOnce(count) {
    await Promise.all(Array.from({ length: count }, () => this.#ask()));
  }

  async #askOn() {
    while (this.#isAsking) {
      await this.#ask();
      await sleep(1_000 / ASKS_PER_SECOND);
    }
  }

  async #ask() {
    this.#asked += 1;
    await this.workers[ASKER]?.call('ask', `ask-${this.#asked}`, CALL_MS);
  }

  /** @param {number} index @returns {Promise<number>} */
  async pid(index) {
    return (await this.workers[index]?.call('pid')) ?? NaN;
  }

  /** @param {string} table @param {string} [where] @param {unknown[]} [values] @returns {Promise<number>} */
  async count(table, where = 'true', values = []) {
    const { rows } = await this.database.query(
      `select count(*)::int n from ${table} where ${where}`,
      values,
    );
    return rows[0].n;
  }

  /** Until so many effects more than now are there. @param {number} [more] */
  async effects(more = 1) {
    const before = await this.count('fault_effects');
    await until(
      'jobs to be done',
      async () => (await this.count('fault_effects')) >= before + more,
      DONE_MS,
    );
  }

  /** From this moment until a job that begins after it is done. @returns {Promise<number>} ms */
  async resumes() {
    const startedMs = nowMs();
    const { rows } = await this.database.query('select clock_timestamp() now');
    const begun =
      'exists (select 1 from fault_attempts a where a.key = fault_effects.key and a.at > $1)';
    await until(
      'the work to go on',
      async () => (await this.count('fault_effects', begun, [rows[0].now])) > 0,
      DONE_MS,
    );
    return Math.round(nowMs() - startedMs);
  }

  /** Waits until all that was asked for is done, or will not be. @returns {Promise<Record<string, number>>} */
  async verdict() {
    await this.stopAsking();
    const startedMs = nowMs();
    const open = () => this.count('fault_asks', OPEN_ASKS);
    await until('all to be done', async () => (await open()) === 0, DONE_MS).catch(() => undefined);
    return {
      asked: await this.count('fault_asks'),
      effects: await this.count('fault_effects'),
      lost: await open(),
      doubled: await this.count(DOUBLED),
      attempts: await this.count('fault_attempts'),
      restMs: Math.round(nowMs() - startedMs),
    };
  }
}
