import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const OUTPUT_LIMIT = 8_192;
const SETPRIV = '/usr/bin/setpriv';

/** @typedef {{ uid?: number, gid?: number }} Account */

/**
 * Who the servers run as: PostgreSQL refuses root, and neither needs it.
 * @returns {Account} empty: as ourselves.
 */
export function serverAccount() {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'redis', 'nobody']) {
    const account = accounts.find(([accountName]) => accountName === name);
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error('test servers: root needs an unprivileged account: postgres, redis or nobody');
}

/** @returns {Promise<number>} a port of 127.0.0.1 that was free a moment ago. */
export async function freePort() {
  const probe = createServer();
  await new Promise((resolve, reject) => {
    probe.once('error', reject).listen(0, '127.0.0.1', () => resolve(undefined));
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/**
 * Linux ends the program with the process that started it, even when that one is killed outright.
 * @param {readonly string[]} command
 */
export function tiedToUs(command) {
  try {
    accessSync(SETPRIV, constants.X_OK);
    return [SETPRIV, '--pdeathsig', 'KILL', '--', ...command];
  } catch {
    return command;
  }
}

/**
 * A server as a child process, listening once {@link ServerProcess.start} resolves.
 * Redis, Valkey and PostgreSQL all say "ready to accept connections" then.
 */
export class ServerProcess {
  #child;
  #output = '';
  /** @type {Promise<void>} */
  #exited;

  /**
   * @param {readonly string[]} command @param {string} folder @param {Account} account
   * @param {NodeJS.Signals} stopSignal
   */
  constructor(command, folder, account, stopSignal) {
    const [file = '', ...args] = tiedToUs(command);
    this.stopSignal = stopSignal;
    this.#child = spawn(file, args, {
      ...account,
      cwd: folder,
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC', HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', (error) => {
        this.#output += error.message;
        resolve();
      });
    });
    const collect = (/** @type {Buffer} */ chunk) => {
      this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_LIMIT);
    };
    this.#child.stdout.on('data', collect);
    this.#child.stderr.on('data', collect);
  }

  /**
   * Waits for the end of a program that is no server.
   * @returns {Promise<void>} an error has what it printed.
   */
  async finish() {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), READY_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
    if (this.#child.exitCode !== 0) throw new Error(this.#failure('failed'));
  }

  /** @returns {Promise<void>} */
  async ready() {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!/ready to accept connections/i.test(this.#output)) {
      if (this.#hasExited()) throw new Error(this.#failure('ended at once'));
      if (Date.now() > deadline) throw new Error(this.#failure('was not ready in time'));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** For faults. @param {NodeJS.Signals} name */
  signal(name) {
    this.#child.kill(name);
  }

  /** @returns {Promise<void>} */
  async stop() {
    if (this.#hasExited()) return;
    this.#child.kill(this.stopSignal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #hasExited() {
    return (
      this.#child.pid === undefined ||
      this.#child.exitCode !== null ||
      this.#child.signalCode !== null
    );
  }

  /** @param {string} what */
  #failure(what) {
    return `${this.#child.spawnargs.join(' ')} ${what}:\n${this.#output.trim()}`;
  }
}
