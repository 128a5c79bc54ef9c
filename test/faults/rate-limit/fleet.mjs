// @ts-check
/** @import { Options } from './instance/main.mjs' */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { tiedToUs } from '../../support/servers/server-process.mjs';
import { Channel } from '../channel.mjs';
import { until, within } from '../time.mjs';

const MAIN = fileURLToPath(new URL('./instance/main.mjs', import.meta.url));
const CALL_TIMEOUT_MS = 20_000;
const CLOSE_TIMEOUT_MS = 3_000;

/** One process with a limiter. */
export class Instance {
  #child;
  #channel;
  #exited;

  /** @param {Options} options */
  constructor(options) {
    const [file = '', ...args] = tiedToUs([process.execPath, MAIN, JSON.stringify(options)]);
    this.#child = spawn(file, args, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { PATH: process.env['PATH'], NO_COLOR: '1' },
    });
    const endpoint = /** @type {import('../channel.mjs').Endpoint} */ (this.#child);
    this.#channel = new Channel(endpoint, {});
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', resolve).once('exit', resolve);
    });
    void this.#exited.then(() => this.#channel.close());
  }

  /** @param {string} method @param {unknown[]} args @returns {Promise<any>} */
  call(method, ...args) {
    return this.#channel.call(method, args, CALL_TIMEOUT_MS);
  }

  async close() {
    const closed = this.#channel.call('close', [], CLOSE_TIMEOUT_MS).catch(() => undefined);
    await Promise.race([closed, this.#exited]);
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

/** Processes of one application, which share their limits. */
export class Fleet {
  instances;

  /** @param {readonly Options[]} options */
  constructor(options) {
    this.instances = options.map((one) => new Instance(one));
  }

  /** All of them, which know of each other. */
  async open() {
    await this.all('open');
    await this.untilShared(CALL_TIMEOUT_MS);
  }

  /** @param {string} method @returns {Promise<any[]>} */
  all(method) {
    return Promise.all(this.instances.map((instance) => instance.call(method)));
  }

  /**
   * Until every instance says that it counts with all the others, and that nothing is owed.
   * @param {number} timeoutMs @returns {Promise<number>} ms it took, at most `timeoutMs`
   */
  untilShared(timeoutMs) {
    const isShared = (/** @type {any} */ status) =>
      status === null ||
      (status.mode === 'shared' &&
        status.owedSubjects === 0 &&
        status.instances === this.instances.length);
    return until(
      'all instances to count together',
      async () => {
        const statuses = await this.all('status');
        const isMixed = statuses.some((status) => status === null);
        return statuses.every(
          (status) => isShared(status) || (isMixed && status.mode === 'shared'),
        );
      },
      timeoutMs,
    ).catch(() => timeoutMs);
  }

  async close() {
    const all = Promise.all(this.instances.map((instance) => instance.close()));
    await within('the end of the fleet', all, CALL_TIMEOUT_MS);
  }
}
