// @ts-check
import { connect, createServer } from 'node:net';

/**
 * What has passed of a connection to PostgreSQL since its transaction began.
 * @typedef {object} Heard
 * @property {string} statement the text that is passing now, in lower case
 * @property {readonly string[]} before those of the transaction that have passed, `begin` first
 *
 * @typedef {object} Trap
 * @property {'statement' | 'answer'} holds the statement before the server has it, or what the server answers to it
 * @property {(heard: Heard) => boolean} on the first statement that it is true of, and no other
 */

const READY_FOR_QUERY = 0x5a;
const READY_LENGTH = 6;
/** Type and length. */
const HEAD_LENGTH = 5;

/**
 * Stands between a process and PostgreSQL, reads along, and holds a connection at the moment that a trap names. What is
 * held never goes on: the process is killed, or the connection cut.
 */
export class WireProxy {
  #targetPort;
  /** @type {Set<Link>} */
  #links = new Set();
  /** @type {{ trap: Trap, sprung: (link: Link) => void } | undefined} */
  #armed;
  #server = createServer((client) => {
    /** @type {Link} */
    const link = new Link(client, connect(this.#targetPort, '127.0.0.1'), (heard) =>
      this.#trapFor(link, heard),
    );
    this.#links.add(link);
    link.onEnd(() => this.#links.delete(link));
  });
  port = 0;

  /** @param {number} targetPort of 127.0.0.1 */
  constructor(targetPort) {
    this.#targetPort = targetPort;
  }

  async up() {
    await new Promise((resolve, reject) => {
      this.#server
        .once('error', reject)
        .listen(0, '127.0.0.1', () => resolve(/** @type {void} */ (undefined)));
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.port = address.port;
  }

  async down() {
    for (const link of this.#links) link.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * @param {Trap} trap
   * @returns {Promise<{ cut: () => void }>} once a connection is held by it
   */
  arm(trap) {
    return new Promise((resolve) => {
      this.#armed = { trap, sprung: resolve };
    });
  }

  disarm() {
    this.#armed = undefined;
  }

  /** @param {Link} link @param {Heard} heard */
  #trapFor(link, heard) {
    const armed = this.#armed;
    if (!armed?.trap.on(heard)) return undefined;
    this.#armed = undefined;
    return { holds: armed.trap.holds, sprung: () => armed.sprung(link) };
  }
}

class Link {
  #client;
  #server;
  #trapFor;
  #isStartUpOver = false;
  /** Of the client, not yet passed on. */
  #received = Buffer.alloc(0);
  /** @type {string[]} */
  #before = [];
  /** Statements by their names. @type {Map<string, string>} */
  #prepared = new Map();
  #holdsStatements = false;
  /** @type {(() => void) | undefined} told once the server has answered what it is not to tell */
  #onAnswer;

  /**
   * @param {import('node:net').Socket} client @param {import('node:net').Socket} server
   * @param {(heard: Heard) => { holds: Trap['holds'], sprung: () => void } | undefined} trapFor
   */
  constructor(client, server, trapFor) {
    this.#client = client;
    this.#server = server;
    this.#trapFor = trapFor;
    client.setNoDelay(true);
    server.setNoDelay(true);
    client.on('data', (/** @type {Buffer} */ data) => this.#fromClient(data));
    server.on('data', (/** @type {Buffer} */ data) => this.#fromServer(data));
    for (const socket of [client, server]) {
      socket.on('error', () => this.cut());
      socket.on('close', () => this.cut());
    }
  }

  /** @param {() => void} ended */
  onEnd(ended) {
    this.#client.once('close', ended);
  }

  cut() {
    this.#client.destroy();
    this.#server.destroy();
  }

  /** @param {Buffer} data */
  #fromClient(data) {
    if (this.#holdsStatements) return;
    this.#received = Buffer.concat([this.#received, data]);
    for (;;) {
      // The first message has no type before its length.
      const head = this.#isStartUpOver ? 1 : 0;
      if (this.#received.length < head + 4) return;
      const length = head + this.#received.readUInt32BE(head);
      if (this.#received.length < length) return;
      const message = this.#received.subarray(0, length);
      const trap = this.#isStartUpOver ? this.#hear(message) : undefined;
      this.#isStartUpOver = true;
      if (trap?.holds === 'statement') {
        this.#holdsStatements = true;
        trap.sprung();
        return;
      }
      if (trap) this.#onAnswer = trap.sprung;
      this.#server.write(message);
      this.#received = this.#received.subarray(length);
    }
  }

  /** @param {Buffer} message */
  #hear(message) {
    const statement = this.#statementOf(message);
    if (statement === undefined) return undefined;
    if (statement.startsWith('begin')) this.#before = [];
    const trap = this.#trapFor({ statement, before: this.#before });
    this.#before.push(statement);
    return trap;
  }

  /**
   * What the message asks to be done: a Query, a Parse without a name, or a Bind of one with a name, which may have been
   * parsed long ago.
   * @param {Buffer} message @returns {string | undefined} in lower case
   */
  #statementOf(message) {
    const type = String.fromCharCode(message[0] ?? 0);
    const [first = '', second = ''] = textsOf(message);
    if (type === 'Q') return first.toLowerCase();
    if (type === 'B') return this.#prepared.get(second);
    if (type !== 'P') return undefined;
    const text = second.toLowerCase();
    if (first === '') return text;
    this.#prepared.set(first, text);
    return undefined;
  }

  /** @param {Buffer} data */
  #fromServer(data) {
    if (this.#onAnswer === undefined) {
      this.#client.write(data);
      return;
    }
    // It has done all that it was asked for.
    if (data.at(-READY_LENGTH) === READY_FOR_QUERY) this.#onAnswer();
  }
}

/** The first two texts of a message, each of which ends with a zero. @param {Buffer} message @returns {string[]} */
function textsOf(message) {
  const firstEnd = message.indexOf(0, HEAD_LENGTH);
  const secondEnd = message.indexOf(0, firstEnd + 1);
  return [
    message.toString('utf8', HEAD_LENGTH, firstEnd),
    message.toString('utf8', firstEnd + 1, secondEnd),
  ];
}
