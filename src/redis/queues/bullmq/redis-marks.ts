import { Cluster, type Redis } from 'ioredis';
import type { QueueEpoch } from '../../../kernel/queue-epochs.js';
import type { RedisClient } from '../../connection/create-client.js';
import type { QueueMarks } from '../queue-marks.js';

/** A key beside those of the queues, without an end: what takes them takes it too. */
export class RedisMarks implements QueueMarks {
  readonly #key: string;
  /** Asked once for each connection: the server behind one does not change. */
  #server: string | undefined;

  constructor(
    readonly prefix: string,
    private readonly client: RedisClient,
  ) {
    this.#key = `${prefix}:epoch`;
    client.on('ready', () => (this.#server = undefined));
    client.on('+node', () => (this.#server = undefined));
  }

  async read(): Promise<{ mark: string | null; server: string }> {
    const mark = await this.client.get(this.#key);
    this.#server ??= await runOf(this.client);
    return { mark, server: this.#server };
  }

  async set(mark: string): Promise<QueueEpoch> {
    await this.client.set(this.#key, mark, 'NX');
    const { mark: standing, server } = await this.read();
    return { mark: standing ?? mark, server };
  }
}

/** The run of the server; of a Cluster those of all primaries: which of them holds the queues may change. */
async function runOf(client: RedisClient): Promise<string> {
  const servers: Redis[] = client instanceof Cluster ? client.nodes('master') : [client];
  const runs = await Promise.all(
    servers.map(async (server) => /^run_id:(\S+)/m.exec(await server.info('server'))?.[1] ?? ''),
  );
  return runs.sort().join(',');
}
