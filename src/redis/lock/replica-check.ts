import type { RedisClient } from '../connection/create-client.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import { notReplicated } from './lock-errors.js';
import type { Asker } from './lock-turns.js';

const WAIT_MS = 200;

/**
 * Whether replicas have what was acquired. WAIT is about the writes of its own connection and holds up what comes
 * behind it there: acquisitions that ask for it have one to themselves.
 */
export class ReplicaCheck {
  readonly #connections: RedisConnections;
  #client: RedisClient | undefined;

  constructor(connections: RedisConnections) {
    this.#connections = connections;
  }

  /** The connection for acquisitions that are to be checked; made for the first of them. */
  async client(): Promise<RedisClient> {
    if (this.#client === undefined) {
      this.#client = this.#connections.create('command');
      await this.#connections.waitUntilReady(this.#client);
    }
    return this.#client;
  }

  /**
   * @param asker has just acquired, on {@link client}
   * @throws AppError `lock.not_replicated` (unavailable); what ioredis throws
   */
  async confirm({ client, key, resource }: Asker, minReplicas: number): Promise<void> {
    // The key leads a Cluster to the node that is to wait.
    const answers = await client.pipeline().exists(key).wait(minReplicas, WAIT_MS).exec();
    const [error, replicas] = answers?.[1] ?? [new Error('no answer'), 0];
    if (error) throw error;
    if (Number(replicas) < minReplicas)
      throw notReplicated(resource, Number(replicas), minReplicas);
  }
}
