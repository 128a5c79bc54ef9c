// @ts-check
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { Program } from '../../../bench/http/support/program.mjs';
import { startTestServers } from '../../support/servers/test-servers.mjs';
import { ask } from '../ask.mjs';
import { FORGETFUL, RedisServer } from '../servers/redis-server.mjs';
import { sleep, until } from '../time.mjs';
import { WireProxy } from './wire-proxy.mjs';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const VERIFY = fileURLToPath(
  new URL('../../../dist/app/commands/ledger-verify.js', import.meta.url),
);
/** Leases of rows and jobs end after 30 s, waits between attempts grow to as much. */
const BUSY = 'trading.account_busy';
const FINISHED_MS = 100_000;
const QUEUE = '{faults}:q:trading';
const PASSWORD = 'correct horse battery staple';
export const SYMBOL = 'AAPL';

/**
 * A process of the application, behind a proxy of its own or none.
 * @typedef {object} Instance
 * @property {Program} program
 * @property {WireProxy} proxy
 *
 * @typedef {object} Sent
 * @property {string} id `client_order_id`
 * @property {Trader} trader
 * @property {boolean} isAcknowledged
 *
 * @typedef {{ email: string, token: string }} Trader
 */

/** PostgreSQL, the Redis of the caches and that of the queues, and processes of the application on them. */
export class Stage {
  #encryptionKeys = `faults:${randomBytes(32).toString('base64')}`;
  /** @type {(() => Promise<unknown>)[]} */
  #opened = [];
  /** @type {Sent[]} */
  sent = [];
  /** @type {Trader[]} */
  traders = [];

  /** @param {string} databaseUrl @param {RedisServer} redis @param {RedisServer} queueRedis */
  constructor(databaseUrl, redis, queueRedis) {
    this.databaseUrl = databaseUrl;
    this.redis = redis;
    this.queueRedis = queueRedis;
    this.database = new pg.Client(databaseUrl);
  }

  /** @param {(close: () => Promise<void>) => void} onOpen told how to end what has been started */
  static async open(onOpen) {
    /** @type {(() => Promise<unknown>)[]} */
    const opened = [];
    const close = async () => {
      for (const end of opened.splice(0).reverse()) await end();
    };
    onOpen(close);
    const servers = await startTestServers(['postgres']);
    opened.push(() => servers.stop());
    const redis = await RedisServer.start(FORGETFUL);
    opened.push(() => redis.remove());
    const queueRedis = await RedisServer.start(FORGETFUL);
    opened.push(() => queueRedis.remove());
    const stage = new Stage(servers.urls.postgres ?? '', redis, queueRedis);
    stage.#opened = opened;
    await stage.database.connect();
    opened.push(() => stage.database.end());
    return stage;
  }

  /** @param {'api' | 'worker' | 'all'} role @returns {Promise<Instance>} */
  async start(role) {
    const proxy = new WireProxy(Number(new URL(this.databaseUrl).port));
    await proxy.up();
    const url = new URL(this.databaseUrl);
    url.port = String(proxy.port);
    const { program } = await Program.start([MAIN], { ...this.#env(url.href), BOURSE_ROLE: role });
    this.#opened.push(async () => {
      await program.stop();
      await proxy.down();
    });
    return { program, proxy };
  }

  /** @param {number} count @param {Instance} instance */
  async register(count, { program }) {
    for (let i = 0; i < count; i += 1) {
      const email = `trader-${this.traders.length}@example.com`;
      const body = { email, password: PASSWORD, displayName: `Trader ${i}` };
      const answer = await ask(program.url, '/api/auth/register', { body });
      if (answer?.status !== 201) throw new Error(`no trader: ${answer?.text}`);
      this.traders.push({ email, token: JSON.parse(answer.text).token });
    }
  }

  /** @param {number} i @returns {Trader} */
  trader(i) {
    const trader = this.traders[i % this.traders.length];
    if (trader === undefined) throw new Error('there is no trader');
    return trader;
  }

  /** A market order of one share, on record before it is sent. @param {Trader} trader @returns {Sent} */
  newOrder(trader) {
    const order = { id: `order-${this.sent.length}`, trader, isAcknowledged: false };
    this.sent.push(order);
    return order;
  }

  /** @param {Instance} instance @param {Sent} order @returns {Promise<boolean>} whether it was acknowledged */
  async send({ program }, order) {
    const body = {
      ...{ symbol: SYMBOL, side: 'buy', type: 'market', quantity: '1', client_order_id: order.id },
    };
    const answer = await ask(program.url, '/api/orders', { token: order.trader.token, body });
    if (answer?.status === 201) order.isAcknowledged = true;
    // Refused for a while, with nothing done: its account is held by a process that is about to be killed.
    else if (answer !== undefined && answer.status < 500 && !answer.text.includes(BUSY)) {
      throw new Error(answer.text);
    }
    return order.isAcknowledged;
  }

  /** As a client does that was not answered: the same again until it is. @param {Instance} instance @param {Sent} order */
  async sendUntilAcknowledged(instance, order) {
    for (let tries = 0; !(await this.send(instance, order)); tries += 1) {
      if (tries === 50) throw new Error(`order ${order.id} is never acknowledged`);
      await sleep(200);
    }
  }

  /** Waits until nothing is under way, and holds what is stored against what was sent. */
  async verdict() {
    const working = `select count(*)::int as n from orders where status not in ('filled', 'cancelled', 'rejected', 'expired', 'replaced')`;
    const unpublished = 'select count(*)::int as n from outbox';
    const one = async (/** @type {string} */ text) => (await this.database.query(text)).rows[0].n;
    const finishedMs = await until(
      'everything to be finished',
      async () =>
        (await one(working)) === 0 &&
        (await one(unpublished)) === 0 &&
        // Also what a dead worker began runs again: only then is it sure that nothing is done twice.
        (await this.#jobsLeft()) === 0,
      FINISHED_MS,
    ).catch(() => Infinity);
    const { rows } = await this.database.query(`
      select o.client_order_id as id, u.email, o.status, o.quantity = sum(e.quantity) as "isExact", count(e.id)::int as executions
      from orders o join accounts a on a.id = o.account_id join users u on u.id = a.user_id
      left join executions e on e.order_id = o.id group by o.id, u.email`);
    const stored = new Map(rows.map((row) => [`${row.email} ${row.id}`, row]));
    const of = (/** @type {Sent} */ { trader, id }) => stored.get(`${trader.email} ${id}`);
    const acknowledged = this.sent.filter(({ isAcknowledged }) => isAcknowledged);
    const executions = await one('select count(*)::int as n from executions');
    return {
      sent: this.sent.length,
      acknowledged: acknowledged.length,
      orders: rows.length,
      lost: acknowledged.filter((order) => of(order) === undefined).length,
      // One row for each id, and one execution for each share: all of it exactly once.
      notFilledOnce: rows.filter(
        ({ status, isExact, executions: of }) => status !== 'filled' || !isExact || of !== 1,
      ).length,
      executions,
      unfinished: await one(working),
      unpublished: await one(unpublished),
      jobsLeft: await this.#jobsLeft(),
      finishedAfterMs: Math.round(finishedMs),
      journalTradesAmiss: Math.abs(
        (await one(`select count(*)::int as n from journal_trades where source = 'bourse'`)) -
          executions,
      ),
      notificationsAmiss: Math.abs(
        (await one(`select count(*)::int as n from notifications where kind = 'order-filled'`)) -
          executions,
      ),
      ledgerDifferences: await this.#ledgerDifferences(),
    };
  }

  /** Of the queue of orders: those that wait, and those that somebody is at, or was when he died. */
  async #jobsLeft() {
    const { admin } = this.queueRedis;
    const counts = await Promise.all([
      admin.llen(`${QUEUE}:active`),
      admin.llen(`${QUEUE}:wait`),
      admin.zcard(`${QUEUE}:prioritized`),
      admin.zcard(`${QUEUE}:delayed`),
    ]);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** By the command that operators have. */
  async #ledgerDifferences() {
    const env = { ...this.#env(this.databaseUrl), PATH: process.env['PATH'] ?? '' };
    const run = promisify(execFile)(process.execPath, [VERIFY, '--json'], { env, cwd: '/' });
    const { stdout } = await run.catch((error) => error);
    const { accounts, wrong } = JSON.parse(stdout);
    // An account is opened by its first order.
    const opened = new Set(this.sent.map(({ trader }) => trader)).size;
    return accounts === opened ? wrong.length : Math.abs(accounts - opened);
  }

  /** @param {string} databaseUrl */
  #env(databaseUrl) {
    return {
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      ENCRYPTION_KEYS: this.#encryptionKeys,
      DATABASE_URL: databaseUrl,
      REDIS_URL: `redis://127.0.0.1:${this.redis.port}`,
      QUEUE_REDIS_URL: `redis://127.0.0.1:${this.queueRedis.port}`,
      REDIS_KEY_PREFIX: 'faults',
      RATE_LIMITS: 'auth.register=100000/1m,orders.place=100000/1m',
      MARKET_TICK_MS: '500',
    };
  }
}
