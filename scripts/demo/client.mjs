// @ts-check
/** @import { LiveAnswer, LiveMessage, Problem } from './api-shapes.js' */
import { io } from 'socket.io-client';

const ANSWER_MS = 10_000;
const LIVE_MS = 15_000;
const POLL_MS = 50;
/** Kept per channel; what comes after is shown and dropped. */
const MAX_KEPT_MESSAGES = 500;
/** Quotes tick on and on; the first few show that they arrive. */
const QUOTES_SHOWN = 3;

/** Something that did not go as it should, in words for the person at the terminal. */
export class DemoFailure extends Error {}

/** The REST API. Every answer that is not the expected one is a {@link DemoFailure}. */
export class Api {
  /** @type {string | undefined} Sent as bearer token once set. */
  token;
  #base;

  /** @param {string} base */
  constructor(base) {
    this.#base = base.replace(/\/+$/, '');
  }

  /** @template T @param {string} path @returns {Promise<T>} */
  get(path) {
    return this.#call('GET', path, { expect: [200] });
  }

  /**
   * @template T @param {string} path
   * @param {object} [body] @param {readonly number[]} [expect] statuses
   * @returns {Promise<T>}
   */
  post(path, body, expect = [201]) {
    return this.#call('POST', path, { body, expect });
  }

  /**
   * Sends text as the file of a form.
   * @template T @param {string} path @param {string} fileName @param {string} text
   * @param {readonly number[]} [expect] statuses
   * @returns {Promise<T>}
   */
  upload(path, fileName, text, expect = [202]) {
    const form = new FormData();
    form.append('file', new Blob([text], { type: 'text/csv' }), fileName);
    return this.#call('POST', path, { body: form, expect });
  }

  /** @param {string} path @returns {Promise<void>} */
  delete(path) {
    return this.#call('DELETE', path, { expect: [200, 204] });
  }

  /**
   * A request that the server must refuse.
   * @param {'GET' | 'POST'} method @param {string} path
   * @param {readonly number[]} expect statuses
   * @param {object} [body]
   * @returns {Promise<Problem>}
   */
  async refused(method, path, expect, body) {
    /** @type {Problem} */
    const problem = await this.#call(method, path, { body, expect });
    check(typeof problem?.code === 'string', `${method} ${path}: refused without a code`);
    return problem;
  }

  /**
   * @template T @param {string} method @param {string} path
   * @param {{ body?: object | undefined, expect: readonly number[] }} options
   * @returns {Promise<T>}
   */
  async #call(method, path, { body, expect }) {
    const { status, text } = await this.#send(method, path, body);
    const json = parseJson(text);
    if (expect.includes(status)) return /** @type {T} */ (json);
    const problem = /** @type {Partial<Problem> | undefined} */ (json);
    const said = problem?.code
      ? `${problem.code}: ${problem.detail} (correlation id ${problem.correlationId})`
      : text.slice(0, 200);
    throw new DemoFailure(
      `${method} ${path}: expected ${expect.join(' or ')}, got ${status} ${said}`,
    );
  }

  /** @param {string} method @param {string} path @param {object | undefined} body */
  async #send(method, path, body) {
    try {
      const response = await fetch(this.#base + path, {
        method,
        headers: {
          accept: 'application/json',
          // A form says itself what it is, with its boundary.
          ...(body && !(body instanceof FormData) && { 'content-type': 'application/json' }),
          ...(this.token && { authorization: `Bearer ${this.token}` }),
        },
        body: body === undefined ? null : body instanceof FormData ? body : JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw new DemoFailure(
        `${method} ${path}: no answer from ${this.#base} (${reasonOf(error)}). Does it run? npm start`,
      );
    }
  }
}

/** The socket on `/live`: keeps what arrives until somebody waits for it. */
export class Live {
  /** @type {Map<string, LiveMessage[]>} */
  #received = new Map();
  #socket;

  /** @param {string} url @param {string} token @param {(message: LiveMessage) => void} show */
  constructor(url, token, show) {
    this.#socket = io(new URL('/live', url).href, {
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
      autoConnect: false,
      timeout: ANSWER_MS,
    });
    this.#socket.on('message', (/** @type {LiveMessage} */ message) => {
      const received = this.#of(message.channel);
      if (!('bid' in message.data) || received.length < QUOTES_SHOWN) show(message);
      if (received.length < MAX_KEPT_MESSAGES) received.push(message);
    });
  }

  get connected() {
    return this.#socket.connected;
  }

  async connect() {
    /** @type {(Error & { data?: { code?: string } }) | undefined} */
    let refusal;
    this.#socket.once('connect_error', (error) => (refusal = error));
    this.#socket.connect();
    await until('the live socket', () => this.connected || refusal !== undefined);
    check(!refusal, `the live socket was refused: ${refusal?.data?.code ?? refusal?.message}`);
  }

  /** @param {string} channel */
  async subscribe(channel) {
    /** @type {LiveAnswer} */
    const answer = await this.#socket
      .timeout(ANSWER_MS)
      .emitWithAck('subscribe', { channel })
      .catch((error) => ({ ok: false, error: { code: reasonOf(error) } }));
    const isRight = answer.ok && answer.channel === channel;
    check(isRight, `subscribe ${channel}: ${answer.error?.code ?? JSON.stringify(answer)}`);
  }

  /**
   * The first message that matches, arrived already or yet to come.
   * @param {string} channel @param {(data: LiveMessage['data']) => boolean} matches
   * @param {string} what for the failure
   */
  message(channel, matches, what) {
    return until(`the live message on ${channel}: ${what}`, () =>
      this.#of(channel).find(({ data }) => matches(data)),
    );
  }

  /**
   * The messages of a channel so far, whose numbers must follow each other.
   * @param {string} channel @returns {number} how many
   */
  countInOrder(channel) {
    const received = this.#of(channel);
    received.forEach(({ epoch, seq }, i) => {
      const before = received[i - 1];
      const follows = !before || (epoch === before.epoch && seq === before.seq + 1);
      check(follows, `${channel}: message ${seq} came after message ${before?.seq}`);
    });
    return received.length;
  }

  close() {
    this.#socket.close();
  }

  /** @param {string} channel */
  #of(channel) {
    const received = this.#received.get(channel) ?? [];
    this.#received.set(channel, received);
    return received;
  }
}

/** @template T @param {string} what @param {() => T | undefined | false} look @returns {Promise<T>} */
export async function until(what, look) {
  const deadlineMs = Date.now() + LIVE_MS;
  while (Date.now() < deadlineMs) {
    const found = look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new DemoFailure(`waited ${LIVE_MS / 1_000} s in vain for ${what}`);
}

/** @param {unknown} condition @param {string} otherwise @returns {asserts condition} */
export function check(condition, otherwise) {
  if (!condition) throw new DemoFailure(otherwise);
}

/** @param {string} text @returns {unknown} */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = /** @type {{ code?: string, message?: string } | undefined} */ (error.cause);
  return cause?.code ?? cause?.message ?? error.message;
}
