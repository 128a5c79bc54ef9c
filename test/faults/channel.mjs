// @ts-check

/**
 * The end of a Node IPC channel: a child process, or `process` inside it.
 * @typedef {object} Endpoint
 * @property {(message: object, done: (error: Error | null) => void) => unknown} send
 * @property {(event: 'message', listener: (message: any) => void) => unknown} on
 *
 * @typedef {Record<string, (...args: any[]) => unknown>} Handlers
 */

const GONE = 'the process is gone';

/** Calls in both directions between two processes; every answer is awaited for a bounded time. */
export class Channel {
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void, timer: NodeJS.Timeout }>} */
  #waiting = new Map();
  #lastId = 0;
  #isClosed = false;
  #endpoint;
  #handlers;

  /** @param {Endpoint} endpoint @param {Handlers} handlers what the other side may call */
  constructor(endpoint, handlers) {
    this.#endpoint = endpoint;
    this.#handlers = handlers;
    endpoint.on('message', (message) => void this.#receive(message));
  }

  /**
   * @param {string} method @param {readonly unknown[]} args @param {number} timeoutMs
   * @returns {Promise<any>} rejects with the error of the other side, too
   */
  call(method, args, timeoutMs) {
    if (this.#isClosed) return Promise.reject(new Error(GONE));
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`${method} was not answered within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#send({ call: method, id, args });
    });
  }

  /** Without an answer. @param {string} method @param {readonly unknown[]} args */
  tell(method, ...args) {
    this.#send({ call: method, args });
  }

  /** The other side is gone: nobody waits any longer. */
  close() {
    this.#isClosed = true;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Error(GONE));
    }
    this.#waiting.clear();
  }

  /** @param {object} message */
  #send(message) {
    try {
      // A process that is being ended does not take it any more.
      this.#endpoint.send(message, () => undefined);
    } catch {
      // The same, noticed earlier.
    }
  }

  /** @param {any} message */
  async #receive({ call, id, args, value, error }) {
    if (call === undefined) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      clearTimeout(waiting?.timer);
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error));
      return;
    }
    try {
      const answer = await this.#handlers[call]?.(...args);
      if (id !== undefined) this.#send({ id, value: answer });
    } catch (failure) {
      if (id !== undefined) this.#send({ id, error: String(failure) });
    }
  }
}
