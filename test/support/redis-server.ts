import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { requireBinaries } from './servers/install.mjs';
import { freePort, ServerProcess, serverAccount } from './servers/server-process.mjs';

/** A Redis that belongs to one suite, which may kill it. It keeps its data on disk, every write at once. */
export class PrivateRedis {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bourse-redis-'));
  #server: ServerProcess | undefined;

  private constructor(private readonly port: number) {
    const { uid, gid } = serverAccount();
    if (uid !== undefined && gid !== undefined) chownSync(this.#folder, uid, gid);
  }

  static async start(): Promise<PrivateRedis> {
    const redis = new PrivateRedis(await freePort());
    await redis.up();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** On the same port, with the data it had. */
  async up(): Promise<void> {
    const program = requireBinaries(['redis']).get('redis')?.path ?? '';
    const settings = {
      port: this.port,
      bind: '127.0.0.1',
      dir: this.#folder,
      save: '',
      appendonly: 'yes',
      appendfsync: 'always',
      'maxmemory-policy': 'noeviction',
    };
    const command = Object.entries(settings).flatMap(([name, value]) => [
      `--${name}`,
      String(value),
    ]);
    this.#server = new ServerProcess(
      [program, ...command],
      this.#folder,
      serverAccount(),
      'SIGKILL',
    );
    await this.#server.ready();
  }

  /** Without a goodbye. */
  async kill(): Promise<void> {
    await this.#server?.stop();
  }

  /** Loses all it has. */
  async flush(): Promise<void> {
    const client = new Redis(this.url, { connectTimeout: 2_000, commandTimeout: 2_000 });
    await client.flushall();
    client.disconnect();
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
