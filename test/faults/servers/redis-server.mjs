// @ts-check
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { requireBinaries } from '../../support/servers/install.mjs';
import { ServerProcess, freePort, serverAccount } from '../../support/servers/server-process.mjs';
import { until } from '../time.mjs';

/** @typedef {Readonly<Record<string, string | number>>} Settings */

const COMMAND_TIMEOUT_MS = 3_000;

/** Nothing on disk, as a cache is often run. */
export const FORGETFUL = { save: '', appendonly: 'no' };
/** Every write is on disk before it is acknowledged. */
export const DURABLE = { save: '', appendonly: 'yes', appendfsync: 'always' };

/** A folder that the servers' account may write to. @returns {string} */
export function serverFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'bourse-faults-'));
  const { uid, gid } = serverAccount();
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

export function redisProgram() {
  return requireBinaries(['redis']).get('redis')?.path ?? '';
}

/** A Redis on one port and folder, through all its lives. */
export class RedisServer {
  #folder = serverFolder();
  #settings;
  /** @type {ServerProcess | undefined} */
  #process;
  /** @type {Redis | undefined} */
  #admin;

  /** @param {number} port @param {Settings} settings */
  constructor(port, settings) {
    this.port = port;
    this.#settings = settings;
  }

  /** @param {Settings} settings */
  static async start(settings) {
    const server = new RedisServer(await freePort(), settings);
    await server.up();
    return server;
  }

  /** For what the scenario does to the server itself; never goes through a proxy. @returns {Redis} */
  get admin() {
    this.#admin ??= connectAdmin(this.port);
    return this.#admin;
  }

  /** On the same port, with what it had on disk. @param {Settings} changed settings of this life alone */
  async up(changed = {}) {
    const settings = {
      port: this.port,
      bind: '127.0.0.1',
      dir: this.#folder,
      'repl-diskless-sync-delay': 0,
      ...this.#settings,
      ...changed,
    };
    const options = Object.entries(settings).flatMap(([name, value]) => [
      `--${name}`,
      String(value),
    ]);
    this.#process = new ServerProcess(
      [redisProgram(), ...options],
      this.#folder,
      serverAccount(),
      'SIGKILL',
    );
    await this.#process.ready();
    await until('redis to answer', async () => (await this.admin.ping()) === 'PONG', 10_000);
  }

  /** Without a goodbye. */
  async kill() {
    await this.#process?.stop();
  }

  freeze() {
    this.#process?.signal('SIGSTOP');
  }

  thaw() {
    this.#process?.signal('SIGCONT');
  }

  async remove() {
    this.#admin?.disconnect();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** @param {number} port */
export function connectAdmin(port) {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    connectionName: 'faults-admin',
    connectTimeout: COMMAND_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    retryStrategy: () => 50,
  });
  // It is away when the scenario says so.
  client.on('error', () => undefined);
  return client;
}
