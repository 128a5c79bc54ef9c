// @ts-check
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SIDE_PROCESS = fileURLToPath(new URL('./side-process.mjs', import.meta.url));
const START_TIMEOUT_MS = 30_000;
const CALL_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 3_000;

/** @typedef {{ resolve: (value: unknown) => void, reject: (error: Error) => void }} Waiting */

/**
 * One side of a comparison in a process of its own: no side pays for the garbage of another, or runs code that
 * the compiler has generalised for another. It ends with this process at the latest.
 */
export class Side {
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  /** @type {Set<(event: unknown) => void>} */
  #listeners = new Set();
  #calls = 0;
  #child;
  #name;
  /** @type {Promise<void>} */
  #exited;

  /** @param {string} module @param {string} name @param {object} context */
  constructor(module, name, context) {
    this.#name = name;
    this.#child = fork(SIDE_PROCESS, [module, name, JSON.stringify(context)], {
      // Whatever a library prints there must not get into the document on our standard output.
      stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
      serialization: 'advanced',
      env: { PATH: process.env['PATH'] },
      execArgv: [],
    });
    this.#child.on('message', (message) => this.#receive(/** @type {object} */ (message)));
    this.#exited = new Promise((resolve) => {
      const gone = () => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`${name} has ended`));
        this.#waiting.clear();
        resolve();
      };
      this.#child.once('exit', gone).once('error', gone);
    });
  }

  /**
   * @param {string} module URL of a module that exports `sides`
   * @param {string} name one of them
   * @param {object} context what it is called with; becomes JSON on its way
   * @param {number} [timeoutMs]
   * @returns {Promise<Side>}
   */
  static async start(module, name, context, timeoutMs = START_TIMEOUT_MS) {
    const side = new Side(module, name, context);
    try {
      await side.#ask(0, undefined, timeoutMs);
    } catch (error) {
      side.kill();
      throw error;
    }
    return side;
  }

  get name() {
    return this.#name;
  }

  /**
   * Calls a method of what the side's function answered.
   * @param {string} method
   * @param {unknown} [argument]
   * @param {number} [timeoutMs]
   * @template Answer
   * @returns {Promise<Answer>}
   */
  call(method, argument, timeoutMs = CALL_TIMEOUT_MS) {
    this.#calls += 1;
    const answer = this.#ask(this.#calls, method, timeoutMs);
    if (this.#child.connected) this.#child.send({ id: this.#calls, method, argument }, () => {});
    else this.#waiting.get(this.#calls)?.reject(new Error(`${this.#name} has ended`));
    return answer;
  }

  /** @param {(event: unknown) => void} listener @returns {() => void} stops listening */
  onEvent(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** At once, with what it is doing. */
  kill() {
    this.#child.kill('SIGKILL');
  }

  async stop() {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.kill(), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  /**
   * @template Answer
   * @param {number} id @param {string | undefined} method @param {number} timeoutMs
   * @returns {Promise<Answer>}
   */
  async #ask(id, method, timeoutMs) {
    let timer;
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve: /** @type {Waiting['resolve']} */ (resolve), reject });
        const what = method === undefined ? 'did not start' : `did not answer ${method}`;
        timer = setTimeout(
          () => reject(new Error(`${this.#name} ${what} within ${timeoutMs} ms`)),
          timeoutMs,
        );
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** @param {{ id?: number, value?: unknown, error?: string, event?: unknown }} message */
  #receive({ id, value, error, event }) {
    if (id === undefined) {
      for (const listener of this.#listeners) listener(event);
      return;
    }
    const waiting = this.#waiting.get(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(`${this.#name}: ${error}`));
  }
}

/**
 * Starts the sides, hands them over, and ends them again, whatever comes of it.
 * @template Result
 * @param {string} module as for {@link Side.start}
 * @param {readonly (readonly [name: string, context: object])[]} wanted
 * @param {(...sides: Side[]) => Promise<Result>} use gets them in this order
 * @returns {Promise<Result>}
 */
export async function withSides(module, wanted, use) {
  const starts = await Promise.allSettled(
    wanted.map(([name, context]) => Side.start(module, name, context)),
  );
  const sides = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  try {
    for (const start of starts) if (start.status === 'rejected') throw start.reason;
    return await use(...sides);
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
  }
}
