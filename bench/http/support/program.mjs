// @ts-check
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, tiedToUs } from '../../../test/support/servers/server-process.mjs';
import { pause } from '../../harness/measuring.mjs';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
/** Between two looks whether it listens: what a start-up is measured to. */
const LOOK_MS = 5;
const TOLD_OF_LOG = 4_000;

/**
 * A server as a program of its own that listens at `PORT`. What it prints goes to a file, as logs do. It ends with this
 * process at the latest.
 */
export class Program {
  #child;
  #folder;
  #port;
  #startedAt = performance.now();
  #hasEnded = false;
  /** @type {Promise<void>} */
  #ended;

  /** @param {readonly string[]} command as after `node` @param {number} port @param {Readonly<Record<string, string>>} env */
  constructor(command, port, env) {
    this.#port = port;
    this.#folder = mkdtempSync(join(tmpdir(), 'bourse-bench-'));
    const log = openSync(this.#logFile, 'a');
    const [file = '', ...args] = tiedToUs([process.execPath, ...command]);
    this.#child = spawn(file, args, {
      // Without an `.env`, and without what this process was given.
      cwd: this.#folder,
      env: { PATH: process.env['PATH'], ...env, HOST: '127.0.0.1', PORT: String(port) },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#ended = new Promise((resolve) => {
      const gone = () => {
        this.#hasEnded = true;
        resolve();
      };
      this.#child.once('exit', gone).once('error', gone);
    });
  }

  /**
   * @param {readonly string[]} command as after `node`
   * @param {Readonly<Record<string, string>>} [env] besides HOST and PORT
   * @returns {Promise<{ program: Program, ms: number }>} once it takes connections, and how long that took
   */
  static async start(command, env = {}) {
    const program = new Program(command, await freePort(), env);
    try {
      return { program, ms: await program.#listening() };
    } catch (error) {
      await program.stop();
      throw error;
    }
  }

  /** `http://127.0.0.1:port` */
  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** CPU time that it has used by now, of all its threads (Linux). @returns {number} ms */
  cpuMs() {
    // After the name, which may hold anything: fields 14 and 15 of the whole, in hundredths of a second.
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  }

  /** At once, with what it is doing. */
  kill() {
    this.#child.kill('SIGKILL');
  }

  async stop() {
    if (!this.#hasEnded) this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(timer);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @returns {Promise<number>} ms since its start */
  async #listening() {
    while (!(await canConnect(this.#port))) {
      const ms = performance.now() - this.#startedAt;
      if (this.#hasEnded || ms > START_TIMEOUT_MS) throw new Error(this.#failure());
      await pause(LOOK_MS);
    }
    return performance.now() - this.#startedAt;
  }

  get #logFile() {
    return join(this.#folder, 'log');
  }

  #failure() {
    const what = this.#hasEnded ? 'ended' : 'did not listen in time';
    return `${this.#child.spawnargs.join(' ')} ${what}:\n${readFileSync(this.#logFile, 'utf8').slice(-TOLD_OF_LOG)}`;
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function canConnect(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (/** @type {boolean} */ is) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}
