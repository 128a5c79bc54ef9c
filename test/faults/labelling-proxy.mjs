// @ts-check
import { connect, createServer } from 'node:net';

/**
 * @typedef {import('node:net').Socket} Socket
 *
 * What a connection is for: the last part of the name that it gives itself with `CLIENT SETNAME`.
 * @typedef {string} Kind
 *
 * @typedef {object} Fault
 * @property {boolean} [cut] reset now, and again as soon as a new one has said its name
 * @property {boolean} [mute] open, but what the client says does not arrive before the fault is over
 * @property {boolean} [deaf] open, but what the server says does not arrive before the fault is over
 * @property {number} [delayMs] that each piece of an answer takes longer
 */

const NAME = /setname\r\n\$\d+\r\n([^\r]+)\r\n/i;
const SUBSCRIBE = /\r\np?subscribe\r\n/i;
/** A connection that has not said its name within so many bytes has none. */
const SNIFFED_BYTES = 4_096;
/** The name under which clients publish and subscribe on connections of one name: told apart by what they do. */
const EITHER_WAY = 'bus';

/** Stands between one client process and a server, and treats its connections by what they are for. */
export class LabellingProxy {
  /** @type {Map<Kind, Fault>} */
  #faults = new Map();
  /** @type {Set<Link>} */
  #links = new Set();
  /** @type {import('node:net').Server | undefined} */
  #server;
  #port = 0;
  #targetPort;

  /** @param {number} targetPort on 127.0.0.1 */
  constructor(targetPort) {
    this.#targetPort = targetPort;
  }

  /** Known once it has been {@link up}. */
  get port() {
    return this.#port;
  }

  /** How many connections of each kind there are. @returns {Record<Kind, number>} */
  census() {
    /** @type {Record<Kind, number>} */
    const counts = {};
    for (const { kind } of this.#links) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }

  /** Takes connections, on the same port as before. */
  async up() {
    if (this.#server !== undefined) return;
    const server = createServer((client) => this.#join(client));
    this.#server = server;
    await new Promise((resolve, reject) => {
      server.once('error', reject).listen(this.#port, '127.0.0.1', () => resolve(undefined));
    });
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  /** Resets all connections and refuses new ones. */
  async down() {
    const server = this.#server;
    this.#server = undefined;
    for (const link of this.#links) link.reset();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  /** @param {readonly Kind[]} kinds @param {Fault} fault */
  break(kinds, fault) {
    for (const kind of kinds) this.#faults.set(kind, fault);
    for (const link of this.#links) link.suffer(this.#faults.get(link.kind));
  }

  /** What was held back arrives now: late, and in its order, as after a repaired network. */
  heal() {
    this.#faults.clear();
    for (const link of this.#links) link.suffer(undefined);
  }

  /** @param {Socket} client */
  #join(client) {
    const link = new Link(client, connect(this.#targetPort, '127.0.0.1'), () => {
      link.suffer(this.#faults.get(link.kind));
    });
    this.#links.add(link);
    link.onEnd(() => this.#links.delete(link));
  }
}

/** One connection through the proxy. */
class Link {
  /** @type {Kind} */
  kind = '';
  #client;
  #server;
  #named;
  #sniffed = '';
  /** @type {Fault} */
  #fault = {};
  #lastAnswerAtMs = 0;

  /** @param {Socket} client @param {Socket} server @param {() => void} named called when its kind is known */
  constructor(client, server, named) {
    this.#client = client;
    this.#server = server;
    this.#named = named;
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (data) => {
      this.#sniff(data);
      // Its name may just have decided that it does not get through.
      if (client.destroyed) return;
      if (this.#fault.mute) client.unshift(data);
      else server.write(data);
    });
    server.on('data', (data) => this.#answer(data));
    // What a client said before it gave up arrives, also where it does so late.
    client.on('close', () => server.end());
    // Behind the answers that are still under way.
    server.on('close', () => this.#later(() => client.destroy()));
  }

  /** @param {() => void} ended */
  onEnd(ended) {
    this.#server.once('close', ended);
  }

  reset() {
    for (const socket of [this.#client, this.#server]) {
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  /** @param {Fault | undefined} fault */
  suffer(fault = {}) {
    this.#fault = fault;
    if (fault.cut) return this.reset();
    if (fault.mute) this.#client.pause();
    else this.#client.resume();
    if (fault.deaf) this.#server.pause();
    else this.#server.resume();
  }

  /** @param {Buffer} data */
  #sniff(data) {
    if (this.kind !== '' && this.kind !== EITHER_WAY) return;
    this.#sniffed = (this.#sniffed + data.toString('latin1')).slice(-SNIFFED_BYTES);
    const name = NAME.exec(this.#sniffed)?.[1];
    const purpose = name?.slice(name.lastIndexOf('-') + 1);
    if (purpose === undefined) return;
    const isSubscriber = purpose === EITHER_WAY && SUBSCRIBE.test(this.#sniffed);
    this.kind = isSubscriber ? 'subscriber' : purpose;
    this.#named();
  }

  /** @param {Buffer} data */
  #answer(data) {
    this.#later(() => this.#client.write(data));
  }

  /** Never before an earlier one, also when the delay has changed meanwhile. @param {() => void} deliver */
  #later(deliver) {
    const { delayMs = 0 } = this.#fault;
    const now = performance.now();
    this.#lastAnswerAtMs = Math.max(this.#lastAnswerAtMs, now + delayMs);
    const waitMs = this.#lastAnswerAtMs - now;
    if (waitMs <= 0) deliver();
    else setTimeout(deliver, waitMs);
  }
}
