// @ts-check
/** @import { Received, Crowd, Expected } from './clients.mjs' */
/** @import { Plan } from './publishing.mjs' */
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { startTestServers } from '../../../test/support/servers/test-servers.mjs';
import { Side } from '../../harness/side.mjs';
import { openBareInstance } from './bare-instance.mjs';
import { openBourseInstance } from './bourse-instance.mjs';
import { openClients } from './clients.mjs';

export const INSTANCES = 2;
/** Each holds up to 200 connections. */
export const USERS = 20;
const AT_ONCE = 50;
const OPEN_MS = 120_000;
const NO_LIMIT = 1_000_000;

export const sides = {
  bourse: openBourseInstance,
  bare: openBareInstance,
  clients: openClients,
};

/** @typedef {'bourse' | 'bare'} Name */

/** Two instances of one side, and all its clients in a third process. */
export class Fleet {
  #instances;
  #clients;
  #tokens;
  userIds;

  /** @param {readonly Side[]} instances @param {Side} clients @param {readonly User[]} users */
  constructor(instances, clients, users) {
    this.#instances = instances;
    this.#clients = clients;
    this.#tokens = users.map(({ token }) => token);
    this.userIds = users.map(({ id }) => id);
  }

  /**
   * @param {Pick<Crowd, 'count' | 'channels'> & { instances?: readonly number[] }} crowd `instances`: those that take
   *   connections
   */
  async connect({ instances = [0, 1], ...crowd }) {
    const all = await Promise.all(this.#instances.map((side) => side.call('url')));
    const urls = instances.map((i) => all[i]);
    await this.#clients.call(
      'open',
      { ...crowd, urls, tokens: this.#tokens, atOnce: AT_ONCE },
      OPEN_MS,
    );
  }

  /**
   * The first instance sends, all clients receive.
   * @param {Omit<Plan, 'userIds'>} plan @returns {Promise<Received>}
   */
  async measure(plan) {
    const { userIds } = this;
    /** @type {Expected} */
    const expected = { messages: plan.messages, groups: plan.how === 'toAll' ? 1 : userIds.length };
    await this.#clients.call('expect', expected);
    await this.publish(plan);
    return this.#clients.call('received');
  }

  /** @param {Omit<Plan, 'userIds'>} plan */
  async publish(plan) {
    await this.#instances[0]?.call('publish', { ...plan, userIds: this.userIds });
  }

  /** @returns {Promise<{ ms: number, recovered: number, missed: number }>} */
  comeBack() {
    return this.#clients.call('comeBack');
  }

  async destroyAll() {
    await this.#clients.call('destroy');
  }
}

/** @typedef {{ id: string, token: string }} User */

/**
 * Both sides on the same Redis and PostgreSQL.
 * @template Result
 * @param {(stage: { fleets: Record<Name, Fleet>, redis: Redis }) => Promise<Result>} use
 * @returns {Promise<Result>}
 */
export async function withFleets(use) {
  const servers = await startTestServers(['redis', 'postgres']);
  /** @type {Side[]} */
  const started = [];
  const start = async (/** @type {keyof typeof sides} */ name, /** @type {object} */ context) => {
    const side = await Side.start(import.meta.url, name, context);
    started.push(side);
    return side;
  };
  const { redis: redisUrl = '', postgres: databaseUrl = '' } = servers.urls;
  const redis = new Redis(redisUrl);
  try {
    const variables = variablesOf(redisUrl, databaseUrl);
    const bourse = [];
    const bare = [];
    // One after the other: the first one makes the tables.
    for (let i = 0; i < INSTANCES; i += 1) {
      bourse.push(await start('bourse', { variables }));
      bare.push(await start('bare', { redisUrl, databaseUrl }));
    }
    const users = await registerUsers(await /** @type {Side} */ (bourse[0]).call('url'));
    const fleets = {
      bourse: new Fleet(bourse, await start('clients', {}), users),
      bare: new Fleet(
        bare,
        await start('clients', {}),
        users.map(({ id }) => ({ id, token: id })),
      ),
    };
    return await use({ fleets, redis });
  } finally {
    redis.disconnect();
    await Promise.all(started.map((side) => side.stop()));
    await servers.stop();
  }
}

/** @param {string} redisUrl @param {string} databaseUrl */
function variablesOf(redisUrl, databaseUrl) {
  return {
    ...{ NODE_ENV: 'production', BOURSE_ROLE: 'api', LOG_LEVEL: 'warn' },
    ...{ REDIS_URL: redisUrl, DATABASE_URL: databaseUrl },
    ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    RATE_LIMITS: `auth.register=${NO_LIMIT}/1m`,
  };
}

/** @param {string} url @returns {Promise<User[]>} */
async function registerUsers(url) {
  /** @type {User[]} */
  const users = [];
  for (let i = 0; i < USERS; i += 1) {
    const response = await fetch(`${url}/api/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        email: `user-${i}@example.com`,
        password: 'a long password for the bench',
        displayName: 'Bench',
      }),
    });
    const text = await response.text();
    if (response.status !== 201) throw new Error(`no user: ${text}`);
    const { user, token } = JSON.parse(text);
    users.push({ id: user.id, token });
  }
  return users;
}
