// @ts-check
/** @import { Settings } from '../servers/redis-server.mjs' */
/** @import { LiveClient } from '../../../clients/live-client/src/index.js' */
/** @import { Channel } from './channels.mjs' */
/** @import { Follower, Place } from './follower.mjs' */
/** @import { Item, Track } from './track.mjs' */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Program } from '../../../bench/http/support/program.mjs';
import { startTestServers } from '../../support/servers/test-servers.mjs';
import { ask } from '../ask.mjs';
import { FORGETFUL, RedisServer } from '../servers/redis-server.mjs';
import { Single } from '../servers/single.mjs';
import { until } from '../time.mjs';
import { channelNames } from './channels.mjs';
import { buildLiveClient, ClientFollower } from './client-follower.mjs';
import { EventFollower } from './event-follower.mjs';
import { Shapes } from './shapes.mjs';
import { SocketFollower } from './socket-follower.mjs';
import { newsOf } from './track.mjs';
import { Traffic } from './traffic.mjs';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const DEAFENED = new URL('./deafened.mjs', import.meta.url).href;
/** They take sockets and requests; a worker, which is the third process, fills the orders. */
export const INSTANCES = 2;
const TRADERS = 10;
/** Of each trader, on both instances. */
const KINDS = /** @type {const} */ ({ sockets: 8, eventStreams: 2, liveClients: 2 });
const PASSWORD = 'correct horse battery staple';
const NO_LIMIT = 1_000_000;
/** As many as a snapshot has of those that have ended. */
const COMPARED = 100;
const IN_STEP_MS = 60_000;
const FINISHED_MS = 100_000;
const SAME_MS = 15_000;

/** @type {Record<Channel, string>} */
const PATHS = { 'trading.orders': '/api/orders', 'trading.fills': '/api/trades' };

/**
 * @typedef {object} Trader
 * @property {string} token
 * @property {Follower[]} followers
 */

/** PostgreSQL, Redis behind a proxy for each process, two API processes and a worker, and the clients of some traders. */
export class Stage {
  /** Of the API processes; one that is started again has another. @type {string[]} */
  urls = [];
  /** @type {Trader[]} */
  traders = [];
  /** @type {Program[]} */
  #programs = [];
  #encryptionKeys = `faults:${randomBytes(32).toString('base64')}`;
  #databaseUrl;
  #database;
  #queueRedis;
  #deaf;

  /**
   * @param {string} databaseUrl @param {Single} redis @param {RedisServer} queueRedis
   * @param {() => number} random @param {number | undefined} deaf
   */
  constructor(databaseUrl, redis, queueRedis, random, deaf) {
    this.#databaseUrl = databaseUrl;
    this.#database = new pg.Client(databaseUrl);
    this.redis = redis;
    this.#queueRedis = queueRedis;
    this.random = random;
    this.#deaf = deaf;
    this.traffic = new Traffic(this.urls, random);
  }

  /**
   * @param {(close: () => Promise<void>) => void} onOpen told how to end what has been started
   * @param {{ settings: Settings, random: () => number, deaf: number | undefined }} how
   */
  static async open(onOpen, { settings, random, deaf }) {
    /** @type {(() => Promise<unknown> | void)[]} */
    const opened = [];
    onOpen(async () => {
      for (const close of opened.splice(0).reverse()) await close();
    });
    const servers = await startTestServers(['postgres']);
    opened.push(() => servers.stop());
    const redis = await Single.start(INSTANCES + 1, settings);
    opened.push(() => redis.stop());
    const queueRedis = await RedisServer.start(FORGETFUL);
    opened.push(() => queueRedis.remove());
    const stage = new Stage(servers.urls.postgres ?? '', redis, queueRedis, random, deaf);
    await stage.#database.connect();
    opened.push(() => stage.#database.end());
    opened.push(() => Promise.all(stage.#programs.map((program) => program.stop())));
    opened.push(() => {
      for (const follower of stage.followers) follower.end();
    });
    // The first one makes the tables.
    for (let i = 0; i <= INSTANCES; i += 1) await stage.startInstance(i);
    await stage.#enlist();
    return stage;
  }

  get followers() {
    return this.traders.flatMap(({ followers }) => followers);
  }

  /** @param {number} i the worker is the one behind the others */
  async startInstance(i) {
    const role = i < INSTANCES ? 'api' : 'worker';
    const preloaded = i === this.#deaf ? ['--import', DEAFENED] : [];
    const { program } = await Program.start([...preloaded, MAIN], {
      ...this.redis.targets()[i]?.env,
      NODE_ENV: 'production',
      BOURSE_ROLE: role,
      LOG_LEVEL: 'warn',
      ENCRYPTION_KEYS: this.#encryptionKeys,
      DATABASE_URL: this.#databaseUrl,
      QUEUE_REDIS_URL: `redis://127.0.0.1:${this.#queueRedis.port}`,
      RATE_LIMITS: ['auth.register', 'orders.place', 'orders.place-ip', 'api.signed-in']
        .map((name) => `${name}=${NO_LIMIT}/1m`)
        .join(),
      TRADING_STARTING_CASH: '1000000000',
      MARKET_TICK_MS: '500',
    });
    this.#programs[i] = program;
    if (i < INSTANCES) this.urls[i] = program.url;
  }

  /** Without a goodbye. @param {number} i */
  async kill(i) {
    const program = this.#programs[i];
    program?.kill();
    await program?.stop();
  }

  /** So many of all clients, drawn by chance. @param {number} share */
  some(share) {
    return this.followers.filter(() => this.random() < share);
  }

  /** Until every client follows all it wants to. */
  async untilInStep() {
    const isSo = () => this.followers.every(({ isInStep }) => isInStep);
    return until('every client to follow its channels', isSo, IN_STEP_MS);
  }

  /** Waits until nothing is under way, and holds what the clients have against what the server answers. */
  async verdict() {
    const working = `select count(*)::int as n from orders where status not in ('filled', 'cancelled', 'rejected', 'expired', 'replaced')`;
    const unpublished = 'select count(*)::int as n from outbox';
    const one = async (/** @type {string} */ text) => (await this.#database.query(text)).rows[0].n;
    await until(
      'every order to be finished and told',
      async () => (await one(working)) === 0 && (await one(unpublished)) === 0,
      FINISHED_MS,
    );
    const answers = await Promise.all(this.traders.map((trader) => this.#answersOf(trader)));
    /** Clients that have something else, or not all of it. */
    const unlike = () =>
      this.traders.flatMap(({ followers }, i) =>
        followers.filter(
          ({ tracks }) =>
            !channelNames.every((name) => isLike(tracks.of[name], answers[i]?.[name])),
        ),
      );
    const sameAfterMs = await until(
      'all clients to have what the server has',
      () => unlike().length === 0,
      SAME_MS,
    ).catch(() => Infinity);
    const sum = (/** @type {(track: Track) => number} */ of, followers = this.followers) =>
      followers.flatMap(({ tracks }) => tracks.all).reduce((total, track) => total + of(track), 0);
    const messagesOf = (/** @type {Function} */ kind) =>
      sum(
        ({ messages }) => messages,
        this.followers.filter((follower) => follower instanceof kind),
      );
    return {
      clients: this.followers.length,
      orders: this.traffic.orders,
      messagesOfSockets: messagesOf(SocketFollower),
      messagesOfEventStreams: messagesOf(EventFollower),
      messagesOfLiveClients: messagesOf(ClientFollower),
      connections: this.followers.reduce((total, { connections }) => total + connections, 0),
      recovered: sum(({ recoveries }) => recoveries),
      snapshots: sum(({ snapshots }) => snapshots),
      lost: sum(({ faults }) => faults.lost),
      duplicated: sum(({ faults }) => faults.duplicated),
      outOfOrder: sum(({ faults }) => faults.outOfOrder),
      different: sum(({ faults }) => faults.different),
      misshapen: this.followers.reduce((total, { tracks }) => total + tracks.misshapen, 0),
      unlikeTheServer: unlike().length,
      sameAfterMs: Math.round(Math.min(sameAfterMs, SAME_MS)),
    };
  }

  /** Traders, and their clients. */
  async #enlist() {
    const Client = await buildLiveClient();
    const described = await ask(this.urls[0] ?? '', '/docs/asyncapi.json');
    if (described?.status !== 200) throw new Error(`no AsyncAPI document: ${described?.text}`);
    const shapes = new Shapes(JSON.parse(described.text));
    for (let i = 0; i < TRADERS; i += 1) {
      const body = { email: `trader-${i}@example.com`, password: PASSWORD, displayName: 'Trader' };
      const answer = await ask(this.urls[0] ?? '', '/api/auth/register', { body });
      if (answer?.status !== 201) throw new Error(`no trader: ${answer?.text}`);
      const { token } = JSON.parse(answer.text);
      const truths = { 'trading.orders': new Map(), 'trading.fills': new Map() };
      const { urls, random } = this;
      const followers = await followersOf(Client, { token, urls, truths, shapes, random });
      this.traders.push({ token, followers });
    }
    await this.untilInStep();
  }

  /** All pages of both lists, newest first. @param {Trader} trader @returns {Promise<Record<Channel, Item[]>>} */
  async #answersOf({ token }) {
    const [orders, trades] = await Promise.all(
      channelNames.map(async (name) => {
        /** @type {Item[]} */
        const items = [];
        let cursor = '';
        do {
          const query = new URLSearchParams({ limit: '100', ...(cursor && { cursor }) });
          const answer = await ask(this.urls[0] ?? '', `${PATHS[name]}?${query.toString()}`, {
            token,
          });
          if (answer?.status !== 200) throw new Error(`${PATHS[name]}: ${answer?.text}`);
          const page = JSON.parse(answer.text);
          items.push(...page.items);
          cursor = page.nextCursor ?? '';
        } while (cursor !== '');
        return items;
      }),
    );
    return { 'trading.orders': orders ?? [], 'trading.fills': trades ?? [] };
  }
}

/** @param {typeof LiveClient} Client @param {Omit<Place, 'instance'>} place @returns {Promise<Follower[]>} */
async function followersOf(Client, place) {
  const upTo = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => i);
  return [
    ...upTo(KINDS.sockets).map((instance) => new SocketFollower({ ...place, instance })),
    ...upTo(KINDS.eventStreams).map((instance) => new EventFollower({ ...place, instance })),
    ...(await Promise.all(
      upTo(KINDS.liveClients).map((instance) =>
        ClientFollower.start(Client, { ...place, instance }),
      ),
    )),
  ];
}

/**
 * Whether a client has the newest of what the server has, and nothing that the server does not have.
 * @param {Track} track @param {readonly Item[]} [answer]
 */
function isLike({ items }, answer = []) {
  const known = new Map(answer.map((item) => [item.id, newsOf(item)]));
  return (
    answer.slice(0, COMPARED).every(({ id }) => items.has(id)) &&
    [...items.values()].every((item) => known.get(item.id) === newsOf(item))
  );
}
