// @ts-check
/** @import { Topology } from './topology.mjs' */
import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServerProcess, freePort, serverAccount } from '../../support/servers/server-process.mjs';
import { until } from '../time.mjs';
import {
  FORGETFUL,
  RedisServer,
  connectAdmin,
  redisProgram,
  serverFolder,
} from './redis-server.mjs';
import { KEY_PREFIX } from './topology.mjs';

const NAME = 'mymaster';
const COUNT = 3;
const QUORUM = 2;
const DOWN_AFTER_MS = 1_000;
const READY_MS = 20_000;

/** A primary, its replica, and three Sentinels that watch them. @implements {Topology} */
export class Sentinels {
  /** @type {Sentinel[]} */
  #sentinels = [];
  /** @type {RedisServer[]} */
  servers = [];
  #instances;

  /** @param {number} instances */
  constructor(instances) {
    this.#instances = instances;
  }

  /** @param {number} instances */
  static async start(instances) {
    const sentinels = new Sentinels(instances);
    try {
      await sentinels.#start();
    } catch (error) {
      await sentinels.stop();
      throw error;
    }
    return sentinels;
  }

  targets() {
    const hosts = this.#sentinels.map(({ port }) => `127.0.0.1:${port}`).join();
    return Array.from({ length: this.#instances }, () => ({
      env: {
        REDIS_SENTINELS: hosts,
        REDIS_SENTINEL_NAME: NAME,
        REDIS_KEY_PREFIX: KEY_PREFIX,
      },
      address: { host: '127.0.0.1', port: this.servers[0]?.port ?? 0 },
    }));
  }

  /** The server that the Sentinels take for the primary. */
  async primary() {
    const port = await this.#primaryPort(this.#sentinels[0]);
    const server = this.servers.find((one) => one.port === port);
    if (server === undefined) throw new Error(`no server listens on ${port}`);
    return server;
  }

  /** Of the two, the one that is to take over. */
  async replica() {
    const primary = await this.primary();
    const replica = this.servers.find((one) => one !== primary);
    if (replica === undefined) throw new Error('there is no replica');
    return replica;
  }

  /** From now on the replica gets nothing of what the primary is told; the Sentinels still take it for a good one. */
  async cutReplication() {
    const [primary, replica] = [await this.primary(), await this.replica()];
    // The primary knows no password, and hangs up on whoever shows one.
    await replica.admin.config('SET', 'masterauth', 'unknown');
    await primary.admin.call('CLIENT', 'KILL', 'TYPE', 'replica');
    await until(
      'the replica to be cut off',
      async () => /master_link_status:down/.test(await replica.admin.info('replication')),
      READY_MS,
    );
  }

  /** Asks for a failover while all are well. */
  async failOver() {
    await this.#sentinels[0]?.admin.call('SENTINEL', 'FAILOVER', NAME);
  }

  /**
   * Until all Sentinels name another primary, and it says itself that it is one; and until a former one that lives
   * follows it. The Sentinels take 8 s to tell it so: till then there are two that take writes.
   * @param {RedisServer} former @param {boolean} isAlive
   */
  async untilMovedFrom(former, isAlive) {
    await until(
      'another primary',
      async () => {
        const ports = await Promise.all(this.#sentinels.map((one) => this.#primaryPort(one)));
        if (ports.some((port) => port === former.port || port !== ports[0])) return false;
        const primary = await this.primary();
        const roles = [String(await primary.admin.call('ROLE'))];
        if (isAlive) roles.push(String(await former.admin.call('ROLE')));
        return roles.every((role, i) => role.startsWith(i === 0 ? 'master' : 'slave'));
      },
      READY_MS,
    );
  }

  async stop() {
    await Promise.all(this.#sentinels.map((sentinel) => sentinel.remove()));
    await Promise.all(this.servers.map((server) => server.remove()));
  }

  async #start() {
    const primary = await RedisServer.start(FORGETFUL);
    this.servers.push(primary);
    const replica = await RedisServer.start({
      ...FORGETFUL,
      replicaof: `127.0.0.1 ${primary.port}`,
    });
    this.servers.push(replica);
    await until(
      'the replica to follow',
      async () => /master_link_status:up/.test(await replica.admin.info('replication')),
      READY_MS,
    );
    for (let i = 0; i < COUNT; i += 1) {
      this.#sentinels.push(await Sentinel.start(primary.port));
    }
    await until(
      'the Sentinels to know each other and the replica',
      async () => {
        const states = await Promise.all(
          this.#sentinels.map(({ admin }) => admin.info('sentinel')),
        );
        return states.every((state) => state.includes(`slaves=1,sentinels=${COUNT}`));
      },
      READY_MS,
    );
  }

  /** @param {Sentinel | undefined} sentinel */
  async #primaryPort(sentinel) {
    const address = await sentinel?.admin.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME);
    return Array.isArray(address) ? Number(address[1]) : 0;
  }
}

class Sentinel {
  #folder;
  #process;

  /** @param {number} port @param {string} folder @param {ServerProcess} process */
  constructor(port, folder, process) {
    this.port = port;
    this.#folder = folder;
    this.#process = process;
    this.admin = connectAdmin(port);
  }

  /** @param {number} primaryPort */
  static async start(primaryPort) {
    const [port, folder] = [await freePort(), serverFolder()];
    const file = join(folder, 'sentinel.conf');
    writeFileSync(
      file,
      `port ${port}
bind 127.0.0.1
dir ${folder}
sentinel monitor ${NAME} 127.0.0.1 ${primaryPort} ${QUORUM}
sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}
sentinel failover-timeout ${NAME} 6000
`,
    );
    const { uid, gid } = serverAccount();
    // It keeps what it learns in the same file.
    if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
    const command = [redisProgram(), file, '--sentinel'];
    const server = new ServerProcess(command, folder, serverAccount(), 'SIGKILL');
    const sentinel = new Sentinel(port, folder, server);
    await until('a Sentinel', async () => (await sentinel.admin.ping()) === 'PONG', READY_MS);
    return sentinel;
  }

  async remove() {
    this.admin.disconnect();
    await this.#process.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
