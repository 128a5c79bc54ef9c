// @ts-check
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

/**
 * @typedef {import('../../../src/realtime/live-messages.js').Followed} Answer
 * @typedef {import('../../../src/redis/pubsub/pub-sub.js').SequencedMessage<any>} Message
 */

const END_OF_HEAD = '\r\n\r\n';
const NAMESPACE = '/live';
const EVENT = `42${NAMESPACE},`;
const ANSWER = `43${NAMESPACE},`;
const FINAL_TEXT = 0x81;
const CLOSE = 0x88;
const MASKED = 0x80;
/** Nobody is between us who could be misled by what we send. */
const NO_MASK = Buffer.alloc(4);

/** @param {string} text @returns {Buffer} a frame of a client */
function framed(text) {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? Buffer.from([FINAL_TEXT, MASKED | body.length])
      : Buffer.from([FINAL_TEXT, MASKED | 126, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([head, NO_MASK, body]);
}

/**
 * A client of the namespace `/live`, of either side, by socket.io's protocol and as little of it as there need be: a
 * general client costs more than a server does, and two thousand of them have to share a processor with it.
 */
export class WireSocket {
  #socket;
  /** Of a frame that is not complete. @type {Buffer} */
  #received = Buffer.alloc(0);
  #isUpgraded = false;
  #token;
  /** @type {() => void} */
  #opened = () => undefined;
  /** @type {(error: Error) => void} */
  #failed = () => undefined;
  /** @type {Map<number, (answer: any) => void>} */
  #waiting = new Map();
  #requests = 0;
  #onMessage;
  /** @type {Promise<void>} */
  ready;

  /** @param {string} url @param {string} token @param {(message: Message) => void} onMessage */
  constructor(url, token, onMessage) {
    const { host, hostname, port } = new URL(url);
    this.#token = token;
    this.#onMessage = onMessage;
    this.ready = new Promise((resolve, reject) => {
      this.#opened = resolve;
      this.#failed = reject;
    });
    this.#socket = connect(Number(port), hostname, () => {
      const lines = [
        'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
        `Host: ${host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ];
      this.#socket.write(lines.join('\r\n') + END_OF_HEAD);
    });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#failed(error));
    this.#socket.on('close', () => this.#failed(new Error('the server closed a connection')));
  }

  /** @param {object} request of `subscribe` @returns {Promise<Answer>} */
  subscribe(request) {
    const id = (this.#requests += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve);
      this.#failed = reject;
      this.#send(`42${NAMESPACE},${id}${JSON.stringify(['subscribe', request])}`);
    });
  }

  /** As a connection that breaks. */
  destroy() {
    this.#failed = () => undefined;
    this.#socket.destroy();
  }

  /** @param {string} text */
  #send(text) {
    this.#socket.write(framed(text));
  }

  /** @param {Buffer} chunk */
  #receive(chunk) {
    let rest = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (!this.#isUpgraded) {
      const end = rest.indexOf(END_OF_HEAD);
      if (end >= 0) {
        const head = rest.toString('latin1', 0, end);
        if (!head.startsWith('HTTP/1.1 101')) this.#failed(new Error(head));
        this.#isUpgraded = true;
        rest = rest.subarray(end + END_OF_HEAD.length);
      }
    }
    while (this.#isUpgraded) {
      const frame = firstFrame(rest);
      if (frame === undefined) break;
      rest = rest.subarray(frame.end);
      if (frame.kind === CLOSE) this.#failed(new Error('the server said goodbye'));
      else this.#hear(frame.text);
    }
    this.#received = rest;
  }

  /** @param {string} text a packet of engine.io */
  #hear(text) {
    if (text.startsWith(EVENT)) {
      const [event, body] = JSON.parse(text.slice(EVENT.length));
      if (event === 'message') this.#onMessage(body);
      else this.#failed(new Error(`the server said ${text}`));
    } else if (text.startsWith(ANSWER)) {
      const at = text.indexOf('[');
      const id = Number(text.slice(ANSWER.length, at));
      this.#waiting.get(id)?.(JSON.parse(text.slice(at))[0]);
      this.#waiting.delete(id);
    } else if (text === '2') this.#send('3');
    else if (text.startsWith('0')) {
      this.#send(`40${NAMESPACE},${JSON.stringify({ token: this.#token })}`);
    } else if (text.startsWith(`40${NAMESPACE},`)) this.#opened();
    else this.#failed(new Error(`the server said ${text}`));
  }
}

/** @param {Buffer} data @returns {{ kind: number, text: string, end: number } | undefined} undefined: not all of it is there */
function firstFrame(data) {
  const kind = data[0];
  let length = data[1];
  if (kind === undefined || length === undefined) return undefined;
  let start = 2;
  if (length === 126) {
    if (data.length < 4) return undefined;
    length = data.readUInt16BE(2);
    start = 4;
  } else if (length === 127) {
    if (data.length < 10) return undefined;
    length = Number(data.readBigUInt64BE(2));
    start = 10;
  }
  const end = start + length;
  return data.length < end ? undefined : { kind, text: data.toString('utf8', start, end), end };
}
