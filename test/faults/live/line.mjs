// @ts-check
/** @import { Socket } from 'node:net' */
import { connect, createServer } from 'node:net';

/** Between one client and the instances, as a balancer is: the client knows one address, whichever of them it reaches. */
export class Line {
  #urls;
  #instance;
  #isDown = false;
  /** @type {Set<Socket>} */
  #sockets = new Set();
  #server;

  /** @param {string[]} urls of the instances, as they are at the moment @param {number} instance to begin with */
  constructor(urls, instance) {
    this.#urls = urls;
    this.#instance = instance;
    this.#server = createServer((client) => this.#join(client));
  }

  async open() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
  }

  get url() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the line is not open');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Passes nothing on any more, and breaks after so long; until {@link up} nobody gets through. @param {number} afterMs */
  down(afterMs) {
    this.#isDown = true;
    const sockets = [...this.#sockets];
    for (const socket of sockets) socket.pause();
    setTimeout(() => this.#cut(sockets), afterMs);
  }

  up() {
    this.#isDown = false;
  }

  close() {
    this.#server.close();
    this.#cut([...this.#sockets]);
  }

  /** @param {readonly Socket[]} sockets */
  #cut(sockets) {
    for (const socket of sockets) socket.destroy();
  }

  /** @param {Socket} client */
  #join(client) {
    client.on('error', () => undefined);
    if (this.#isDown) {
      client.destroy();
      return;
    }
    const { hostname, port } = new URL(this.#urls[this.#instance % this.#urls.length] ?? '');
    const server = connect(Number(port), hostname);
    // The next one who comes gets to the next instance.
    server.on('error', () => (this.#instance += 1));
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      if (from === undefined || to === undefined) continue;
      this.#sockets.add(from);
      from.pipe(to);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
