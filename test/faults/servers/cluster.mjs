// @ts-check
/** @import { Topology } from './topology.mjs' */
import { freePort } from '../../support/servers/server-process.mjs';
import { sleep, until } from '../time.mjs';
import { FORGETFUL, RedisServer } from './redis-server.mjs';
import { KEY_PREFIX } from './topology.mjs';

const PRIMARIES = 3;
const SLOTS = 16_384;
/** Short, so that a failover takes seconds; a frozen machine may look like a dead node then. */
const NODE_TIMEOUT_MS = 1_500;
const READY_MS = 30_000;
const KEYS_PER_MOVE = 100;
const MOVE_TIMEOUT_MS = 5_000;

/**
 * @typedef {object} Node
 * @property {RedisServer} server
 * @property {number} busPort
 * @property {string} id
 */

/** Three primaries with a third of the slots and a replica each. @implements {Topology} */
export class Cluster {
  /** @type {Node[]} */
  #nodes = [];
  #instances;

  /** @param {number} instances */
  constructor(instances) {
    this.#instances = instances;
  }

  /** @param {number} instances */
  static async start(instances) {
    const cluster = new Cluster(instances);
    try {
      await cluster.#start();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  targets() {
    const nodes = this.#nodes.map(({ server }) => `127.0.0.1:${server.port}`).join();
    return Array.from({ length: this.#instances }, () => ({
      env: { REDIS_CLUSTER_NODES: nodes, REDIS_KEY_PREFIX: KEY_PREFIX },
      address: { host: '127.0.0.1', port: this.#nodes[0]?.server.port ?? 0 },
    }));
  }

  /** Servers that hold slots now. */
  async primaries() {
    const roles = await Promise.all(
      this.#nodes.map(async ({ server }) => String(await server.admin.call('ROLE'))),
    );
    return this.#nodes.filter((_, i) => roles[i]?.startsWith('master'));
  }

  /** Kills a primary, and waits until its replica serves; then it comes back, as that one's replica. @param {Node} node */
  async failOver({ server, id }) {
    await server.kill();
    await until('its replica to take over', () => this.#servesWithout(id), READY_MS);
    await server.up();
    await until(
      'the former primary to follow',
      async () => /master_link_status:up/.test(await server.admin.info('replication')),
      READY_MS,
    );
  }

  /** Moves every slot that holds keys to the next primary, one by one, while the fleet uses them. */
  async moveUsedSlots() {
    const primaries = await this.primaries();
    let moved = 0;
    for (const [i, from] of primaries.entries()) {
      const to = primaries[(i + 1) % primaries.length];
      if (to === undefined) continue;
      for (const slot of await usedSlots(from)) {
        await this.#moveSlot(slot, from, to, primaries);
        moved += 1;
      }
    }
    return moved;
  }

  async stop() {
    await Promise.all(this.#nodes.map(({ server }) => server.remove()));
  }

  async #start() {
    for (let i = 0; i < 2 * PRIMARIES; i += 1) {
      const busPort = await freePort();
      const server = await RedisServer.start({
        ...FORGETFUL,
        'cluster-enabled': 'yes',
        'cluster-port': busPort,
        'cluster-announce-ip': '127.0.0.1',
        'cluster-node-timeout': NODE_TIMEOUT_MS,
        'cluster-config-file': 'nodes.conf',
      });
      const id = String(await server.admin.call('CLUSTER', 'MYID'));
      this.#nodes.push({ server, busPort, id });
    }
    const [first] = this.#nodes;
    for (const [i, { server, busPort }] of this.#nodes.entries()) {
      // Else two primaries may begin with the same epoch, and settle it only later.
      await server.admin.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
      if (i > 0)
        await first?.server.admin.call('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort);
    }
    await until('the nodes to know each other', () => this.#all(/cluster_known_nodes:6/), READY_MS);
    await Promise.all(
      this.#nodes.slice(0, PRIMARIES).map(({ server }, i) => {
        const [from, to] = [i, i + 1].map((part) => Math.floor((SLOTS * part) / PRIMARIES));
        return server.admin.call('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1);
      }),
    );
    for (const [i, { server }] of this.#nodes.slice(PRIMARIES).entries()) {
      const primary = this.#nodes[i]?.id ?? '';
      await until(
        'a node to become a replica',
        async () => (await server.admin.call('CLUSTER', 'REPLICATE', primary)) === 'OK',
        READY_MS,
      );
    }
    await until('the cluster to be whole', () => this.#all(/cluster_state:ok/), READY_MS);
    await until('the replicas to follow', () => this.#replicasFollow(), READY_MS);
  }

  /** @param {RegExp} state */
  async #all(state) {
    const infos = await Promise.all(
      this.#nodes.map(async ({ server }) => String(await server.admin.call('CLUSTER', 'INFO'))),
    );
    return infos.every((info) => state.test(info));
  }

  async #replicasFollow() {
    const infos = await Promise.all(
      this.#nodes.slice(PRIMARIES).map(({ server }) => server.admin.info('replication')),
    );
    return infos.every((info) => /master_link_status:up/.test(info));
  }

  /** Whether all slots are served, and none by the node. @param {string} id */
  async #servesWithout(id) {
    const others = this.#nodes.filter((node) => node.id !== id);
    const views = await Promise.all(
      others.map(async ({ server }) => ({
        info: String(await server.admin.call('CLUSTER', 'INFO')),
        nodes: String(await server.admin.call('CLUSTER', 'NODES')),
      })),
    );
    return views.every(({ info, nodes }) => {
      const line = nodes.split('\n').find((one) => one.startsWith(id));
      const hasSlots = /connected .*\d+-\d+/.test(line ?? '');
      return info.includes('cluster_state:ok') && !hasSlots;
    });
  }

  /** @param {number} slot @param {Node} from @param {Node} to @param {readonly Node[]} primaries */
  async #moveSlot(slot, from, to, primaries) {
    await to.server.admin.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
    await from.server.admin.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    for (;;) {
      const keys = await from.server.admin.call('CLUSTER', 'GETKEYSINSLOT', slot, KEYS_PER_MOVE);
      if (!Array.isArray(keys) || keys.length === 0) break;
      const [host, timeout] = ['127.0.0.1', MOVE_TIMEOUT_MS];
      const target = [host, to.server.port, '', 0, timeout, 'REPLACE', 'KEYS'];
      await from.server.admin.call('MIGRATE', ...target, ...keys.map(String));
      // Both halves of a slot are asked for meanwhile.
      await sleep(1);
    }
    // The new owner first: else a client may be sent to and fro between the two.
    for (const { server } of [to, ...primaries.filter((node) => node !== to)]) {
      await server.admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
    }
  }
}

/** @param {Node} node @returns {Promise<number[]>} */
async function usedSlots({ server }) {
  const keys = await server.admin.keys('*');
  const slots = await Promise.all(keys.map((key) => server.admin.call('CLUSTER', 'KEYSLOT', key)));
  return [...new Set(slots.map(Number))];
}
