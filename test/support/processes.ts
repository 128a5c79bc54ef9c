import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { freePort, tiedToUs } from './servers/server-process.mjs';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const OUTPUT_LIMIT = 1_000_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface NodeProcessOptions {
  /** All of its variables, but for PATH: none of the developer's or of the test run get in. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working folder. Default: a new, empty one, so without an `.env`; removed when the process has ended. */
  readonly cwd?: string;
}

export interface BourseOptions extends NodeProcessOptions {
  /** What must answer 200 before it counts as started. Default `/health/ready`. */
  readonly readyPath?: string;
  /** Default 60,000: the first start of the embedded database alone may take several seconds. */
  readonly readyTimeoutMs?: number;
}

/** A Node program under test. It ends with this process at the latest (on Linux, however this one ends). */
export class NodeProcess {
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #stdout = '';
  #stderr = '';
  #hasExited = false;

  /** @param command script and arguments, as after `node` */
  constructor(command: readonly string[], { env = {}, cwd }: NodeProcessOptions = {}) {
    const folder = cwd ?? mkdtempSync(join(tmpdir(), 'bourse-run-'));
    const [file = '', ...args] = tiedToUs([process.execPath, '--enable-source-maps', ...command]);
    this.#child = spawn(file, args, {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#stdout = (this.#stdout + chunk.toString()).slice(-OUTPUT_LIMIT);
    });
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-OUTPUT_LIMIT);
    });
    this.exited = new Promise((done, failed) => {
      this.#child.once('error', failed).once('close', (code, signal) => {
        this.#hasExited = true;
        if (cwd === undefined) rmSync(folder, { recursive: true, force: true });
        done({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** The last megabyte of each. */
  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * Asks it to end, and waits; harmless when it has ended.
   * @throws when it has not ended within `timeoutMs`; it is killed then.
   */
  async stop(timeoutMs = 30_000): Promise<Exit> {
    this.kill('SIGTERM');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.kill('SIGKILL');
        reject(new Error(`did not end within ${timeoutMs} ms of SIGTERM\n${this.#tail()}`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([this.exited, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Repeats `ready` until it does not throw, but no longer than the process lives. It must bound its own waits. */
  async until(ready: () => Promise<void>, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      try {
        return await ready();
      } catch (cause) {
        if (this.#hasExited)
          throw new Error(`ended before it was ready\n${this.#tail()}`, { cause });
        if (Date.now() > deadline) {
          this.kill('SIGKILL');
          throw new Error(`not ready after ${timeoutMs} ms\n${this.#tail()}`, { cause });
        }
      }
      await new Promise((next) => setTimeout(next, 50));
    }
  }

  #tail(): string {
    return `${this.#stdout.slice(-4_000)}${this.#stderr.slice(-4_000)}`;
  }
}

/** Bourse as it runs in production: the built ES modules. `npm test` builds them first. */
export class BourseProcess extends NodeProcess {
  private constructor(
    /** `http://127.0.0.1:port` */
    readonly url: string,
    options: NodeProcessOptions,
  ) {
    super([MAIN], options);
  }

  /** Starts it on a free port (or `env.PORT`) and waits until it is ready. */
  static async start(options: BourseOptions = {}): Promise<BourseProcess> {
    const { readyPath = '/health/ready', readyTimeoutMs = 60_000, ...rest } = options;
    if (!existsSync(MAIN)) throw new Error('dist/main.js is missing: npm run build');
    const port = options.env?.['PORT'] ?? String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const bourse = new BourseProcess(url, { ...rest, env: { ...options.env, PORT: port } });
    await bourse.until(async () => {
      const { status } = await fetch(url + readyPath, { signal: AbortSignal.timeout(2_000) });
      if (status !== 200) throw new Error(`${readyPath} answered ${status}`);
    }, readyTimeoutMs);
    return bourse;
  }

  /** Runs it to its end, for starts that must fail. */
  static async runToExit(options: NodeProcessOptions = {}): Promise<NodeProcess> {
    if (!existsSync(MAIN)) throw new Error('dist/main.js is missing: npm run build');
    const bourse = new NodeProcess([MAIN], options);
    const timer = setTimeout(() => bourse.kill('SIGKILL'), 60_000);
    await bourse.exited;
    clearTimeout(timer);
    return bourse;
  }
}
