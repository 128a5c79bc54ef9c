// @ts-check
/** @import { Link, Target } from './instance/bourse.mjs' */
/** @import { Options } from './instance/main.mjs' */
/** @import { Read } from './checker.mjs' */
/** @import { Resolved } from './instance/writer.mjs' */
/** @import { Truth } from './truth.mjs' */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { tiedToUs } from '../../support/servers/server-process.mjs';
import { Channel } from '../channel.mjs';
import { sleep, until, within } from '../time.mjs';

const MAIN = fileURLToPath(new URL('./instance/main.mjs', import.meta.url));
const CALL_TIMEOUT_MS = 20_000;
const CLOSE_TIMEOUT_MS = 3_000;
/** For products that do not say how they stand to their store. */
const SETTLE_MS = 2_000;
const OUTPUT_LIMIT = 2_048;

/** One process with a cache. */
export class Instance {
  /** @type {Promise<void>} */
  exited;
  #child;
  #channel;
  #output = '';
  #isEnding = false;

  /** @param {number} id @param {Omit<Options, 'product'> & { product: string }} options @param {Truth} truth */
  constructor(id, options, truth) {
    this.id = id;
    const command = [process.execPath, '--enable-source-maps', MAIN, JSON.stringify(options)];
    const [file = '', ...args] = tiedToUs(command);
    this.#child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'], NO_COLOR: '1' },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (/** @type {Buffer} */ chunk) => {
        this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_LIMIT);
      });
    }
    this.#channel = new Channel(/** @type {import('../channel.mjs').Endpoint} */ (this.#child), {
      load: (indices) => truth.load(id, indices),
      change: (indices) => truth.change(indices),
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#output += error.message;
        resolve();
      });
      this.#child.once('exit', () => resolve());
    });
    void this.exited.then(() => this.#channel.close());
  }

  /** Ended though nobody ended it. */
  get hasCrashed() {
    return !this.#isEnding && (this.#child.exitCode !== null || this.#child.signalCode !== null);
  }

  /** The last of what it printed. */
  get output() {
    return this.#output.trim();
  }

  /** @param {string} method @param {unknown[]} args @returns {Promise<any>} */
  call(method, ...args) {
    return this.#channel.call(method, args, CALL_TIMEOUT_MS).catch((/** @type {Error} */ error) => {
      const last = this.hasCrashed ? `; the last it said: ${this.output}` : '';
      throw new Error(`instance ${this.id}: ${error.message}${last}`);
    });
  }

  freeze() {
    this.#child.kill('SIGSTOP');
  }

  thaw() {
    this.#child.kill('SIGCONT');
  }

  /** Without a goodbye. */
  async kill() {
    this.#isEnding = true;
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  async close() {
    this.#isEnding = true;
    const closed = this.#channel.call('close', [], CLOSE_TIMEOUT_MS).catch(() => undefined);
    await Promise.race([closed, this.exited]);
    await this.kill();
  }
}

/** Three processes of one application. */
export class Fleet {
  /** @type {Read[]} */
  reads = [];
  /** @type {Resolved[]} */
  resolved = [];
  /** @type {string[]} */
  errors = [];
  failedWrites = 0;
  shed = 0;
  instances;
  #writer;

  /**
   * @param {Truth} truth @param {readonly Target[]} targets one per instance
   * @param {{ product: string, seed: number, writer: number, deaf: number | undefined }} options
   */
  constructor(truth, targets, { product, seed, writer, deaf }) {
    this.#writer = writer;
    this.instances = targets.map(
      (target, id) =>
        new Instance(id, { product, target, seed: seed + id, deaf: deaf === id }, truth),
    );
  }

  get writer() {
    return this.instance(this.#writer);
  }

  /** @param {number} id */
  instance(id) {
    const instance = this.instances[id];
    if (instance === undefined) throw new Error(`there is no instance ${id}`);
    return instance;
  }

  async open() {
    await this.all('open');
    await this.untilCoherent(CALL_TIMEOUT_MS);
  }

  /** @param {string} method @returns {Promise<any[]>} */
  all(method) {
    return Promise.all(this.instances.map((instance) => instance.call(method)));
  }

  /**
   * Until every instance says that changes of others arrive, and that its own have been delivered.
   * @param {number} timeoutMs
   * @returns {Promise<number>} ms it took, at most `timeoutMs`
   */
  async untilCoherent(timeoutMs) {
    const links = await this.#links();
    if (links.some((link) => link === null)) {
      await sleep(SETTLE_MS);
      return 0;
    }
    const isCoherent = (/** @type {Link | null} */ link) =>
      link?.state === 'coherent' && link.owedInvalidations === 0;
    return until(
      'all instances to be coherent',
      async () => (await this.#links()).every(isCoherent),
      timeoutMs,
    ).catch(() => timeoutMs);
  }

  /** Collects what readers and writer have recorded. */
  async gather() {
    for (const instance of this.instances) {
      const { read, written } = await instance.call('drain');
      this.record(instance.id, read);
      this.resolved.push(...written.resolved);
      this.failedWrites += written.failures;
      this.errors.push(...written.errors);
    }
  }

  /** @param {number} instance @param {any} drained */
  record(instance, { records, errors, shed }) {
    for (const [index, version, startMs, endMs] of records) {
      this.reads.push({ instance, index, version, startMs, endMs });
    }
    this.errors.push(...errors);
    this.shed += shed;
  }

  async close() {
    await within(
      'the end of the fleet',
      Promise.all(this.instances.map((instance) => instance.close())),
      CALL_TIMEOUT_MS,
    );
  }

  /** @returns {Promise<(Link | null)[]>} */
  #links() {
    return this.all('link');
  }
}
