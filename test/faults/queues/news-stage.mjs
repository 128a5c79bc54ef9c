// @ts-check
/** @import pg from 'pg' */
/** @import { OnOpen } from './stage.mjs' */
import { randomUUID } from 'node:crypto';
import { Side } from '../../../bench/harness/side.mjs';
import { nowMs, until } from '../time.mjs';
import { NewsSinks } from './news-sinks.mjs';
import { openServers, variablesOn } from './stage.mjs';

const INSTANCE = new URL('./news-instance.mjs', import.meta.url).href;
const DONE_MS = 40_000;
const USERS = 5;

/** PostgreSQL, a queue Redis, one worker that sends news of users by mail and webhook, and who receives them. */
export class NewsStage {
  #variables;
  /** @type {string[]} */
  #userIds = Array.from({ length: USERS }, () => randomUUID());
  /** @type {string[]} */
  #told = [];
  /** @type {Side | undefined} */
  #worker;

  /** @param {Record<string, string>} variables @param {pg.Client} database @param {NewsSinks} sinks */
  constructor(variables, database, sinks) {
    this.#variables = variables;
    this.database = database;
    this.sinks = sinks;
  }

  /** @param {OnOpen} onOpen */
  static async open(onOpen) {
    const { opened, databaseUrl, redis, database } = await openServers(onOpen);
    const sinks = await NewsSinks.start();
    opened.push(() => sinks.stop());
    const variables = {
      ...variablesOn(databaseUrl, redis),
      // Production sends to no private address.
      NODE_ENV: 'development',
      NOTIFICATIONS_ALLOW_PRIVATE_TARGETS: 'true',
    };
    const stage = new NewsStage(variables, database, sinks);
    opened.push(async () => stage.#worker?.stop());
    await stage.start();
    await stage.#connect();
    return stage;
  }

  async start() {
    this.#worker = await Side.start(INSTANCE, 'bourse', { variables: this.#variables });
  }

  async #connect() {
    for (const id of this.#userIds) {
      await this.database.query(
        `insert into users (id, email, display_name, roles, created_at, updated_at)
         values ($1::uuid, $1::text || '@example.com', 'A Trader', array['trader'], now(), now())`,
        [id],
      );
    }
    const { smtpPort, webhookUrl } = this.sinks;
    await this.#worker?.call('connect', { userIds: this.#userIds, smtpPort, webhookUrl });
  }

  /** Of so many events, each of them on record. @param {number} count */
  async tell(count) {
    const tell = async (/** @type {number} */ i) => {
      const trainingId = randomUUID();
      await this.#worker?.call('tell', { userId: this.#userIds[i % USERS], trainingId });
      this.#told.push(trainingId);
    };
    await Promise.all(Array.from({ length: count }, (_, i) => tell(i)));
  }

  /** Kills the worker while messages are taken from it, once so many were. @param {number} after @returns {Promise<number>} how many were */
  async killInSending(after) {
    const { sinks } = this;
    await until(
      'messages on their way',
      () => sinks.open >= 2 && sinks.mails.length >= after && sinks.webhooks.length >= after,
      DONE_MS,
    );
    const { open } = sinks;
    this.#worker?.kill();
    await this.#worker?.stop();
    return open;
  }

  /** @param {string} table @param {string} [where] @returns {Promise<number>} */
  async #count(table, where = 'true') {
    const { rows } = await this.database.query(
      `select count(*)::int n from ${table} where ${where}`,
    );
    return rows[0].n;
  }

  /** Waits until all is sent, or will not be, and holds the rows and what came against what happened. */
  async verdict() {
    const startedMs = nowMs();
    const told = this.#told.length;
    const sent = () => this.#count('notification_deliveries', "status = 'sent'");
    await until('all to be sent', async () => (await sent()) >= 2 * told, DONE_MS).catch(
      () => undefined,
    );
    const restMs = Math.round(nowMs() - startedMs);
    const { rows } = await this.database.query(
      `select id, data->>'trainingId' event from notifications where in_app`,
    );
    const ids = new Set(rows.map(({ id }) => id));
    const events = new Set(rows.map(({ event }) => event));
    const { mails, webhooks } = this.sinks;
    const missing = (/** @type {string[]} */ taken) => [...ids].filter((id) => !taken.includes(id));
    return {
      told,
      stored: rows.length,
      doubled: rows.length - events.size,
      deliveries: await this.#count('notification_deliveries'),
      lost:
        this.#told.filter((event) => !events.has(event)).length +
        missing(mails).length +
        missing(webhooks).length,
      unsent: 2 * told - (await sent()),
      unknown: [...mails, ...webhooks].filter((id) => !ids.has(id)).length,
      mails: mails.length,
      webhooks: webhooks.length,
      mailsTwice: mails.length - new Set(mails).size,
      webhooksTwice: webhooks.length - new Set(webhooks).size,
      restMs,
    };
  }
}
