// @ts-check
/** @import { Settings } from './redis-server.mjs' */
/** @import { Topology } from './topology.mjs' */
import { LabellingProxy } from '../labelling-proxy.mjs';
import { KEY_PREFIX } from './topology.mjs';
import { RedisServer } from './redis-server.mjs';

/** One server, and a proxy before it for each instance. @implements {Topology} */
export class Single {
  /** @param {RedisServer} server @param {readonly LabellingProxy[]} proxies */
  constructor(server, proxies) {
    this.server = server;
    this.proxies = proxies;
  }

  /** @param {number} instances @param {Settings} settings */
  static async start(instances, settings) {
    const server = await RedisServer.start(settings);
    const proxies = Array.from({ length: instances }, () => new LabellingProxy(server.port));
    await Promise.all(proxies.map((proxy) => proxy.up()));
    return new Single(server, proxies);
  }

  targets() {
    return this.proxies.map(({ port }) => ({
      env: { REDIS_URL: `redis://127.0.0.1:${port}`, REDIS_KEY_PREFIX: KEY_PREFIX },
      address: { host: '127.0.0.1', port },
    }));
  }

  /** @param {number} instance @returns {LabellingProxy} */
  proxy(instance) {
    const proxy = this.proxies[instance];
    if (proxy === undefined) throw new Error(`there is no proxy ${instance}`);
    return proxy;
  }

  async stop() {
    await Promise.all(this.proxies.map((proxy) => proxy.down()));
    await this.server.remove();
  }
}
