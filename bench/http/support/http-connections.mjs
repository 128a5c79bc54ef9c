// @ts-check
import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * @typedef {object} WireAnswer
 * @property {string} head status line and headers
 * @property {Buffer} body
 */

const END_OF_HEAD = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

/**
 * One connection that is kept open, one request at a time, always the same. It does as little as it can, so that what is
 * measured is the server: a general client costs more than a bare server does.
 */
class HttpConnection {
  #socket;
  #request;
  /** @type {Buffer | undefined} */
  #received;
  /** @type {((answer: WireAnswer) => void) | undefined} */
  #resolve;
  /** @type {((error: Error) => void) | undefined} */
  #reject;

  /** @param {import('node:net').Socket} socket @param {Buffer} request */
  constructor(socket, request) {
    this.#socket = socket;
    this.#request = request;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(/** @type {Buffer} */ (chunk)));
    socket.on('error', (error) => this.#reject?.(error));
    socket.on('close', () => this.#reject?.(new Error('the server closed a connection')));
  }

  /** @returns {Promise<WireAnswer>} */
  ask() {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(this.#request);
    });
  }

  /** @param {Buffer} chunk */
  #receive(chunk) {
    const all = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    this.#received = all;
    const headEnd = all.indexOf(END_OF_HEAD);
    if (headEnd < 0) return;
    const head = all.toString('latin1', 0, headEnd);
    const [, length] = CONTENT_LENGTH.exec(head) ?? [];
    if (length === undefined) {
      this.#reject?.(new Error(`an answer without a length:\n${head}`));
      return;
    }
    const start = headEnd + END_OF_HEAD.length;
    const end = start + Number(length);
    if (all.length < end) return;
    this.#received = undefined;
    this.#resolve?.({ head, body: all.subarray(start, end) });
  }
}

/** So many connections to one server. */
export class HttpConnections {
  #idle;

  /** @param {HttpConnection[]} connections */
  constructor(connections) {
    this.#idle = connections;
  }

  /**
   * @param {string} url of what is asked for
   * @param {Readonly<Record<string, string>>} headers
   * @param {number} count
   */
  static async open(url, headers, count) {
    const { host, hostname, port, pathname, search } = new URL(url);
    const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}`);
    const request = Buffer.from(
      `GET ${pathname}${search} HTTP/1.1\r\n${lines.join('\r\n')}${END_OF_HEAD}`,
    );
    const opened = Array.from({ length: count }, async () => {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      return new HttpConnection(socket, request);
    });
    return new HttpConnections(await Promise.all(opened));
  }

  /** @returns {Promise<WireAnswer>} @throws when more are under way than there are connections */
  async ask() {
    const connection = this.#idle.pop();
    if (connection === undefined) throw new RangeError('no connection is idle');
    const answer = await connection.ask();
    this.#idle.push(connection);
    return answer;
  }
}
