import { HOUR_MS } from '../../../kernel/duration.js';
import type { RedisClient } from '../../connection/create-client.js';

/** Longer than a job that does not mind its signal is waited for; then nobody asks any more. */
const KEPT_MS = HOUR_MS;

/**
 * Which running jobs of a queue somebody wants to end. A note beside the queue, not a message: the worker may be
 * frozen or away at the moment it is written.
 */
export class JobCancellations {
  constructor(
    private readonly client: RedisClient,
    private readonly prefix: string,
    private readonly queue: string,
  ) {}

  async ask(id: string): Promise<void> {
    await this.client.set(this.#key(id), '', 'PX', KEPT_MS);
  }

  /** Those of `ids` that are to end: one command. */
  async among(ids: readonly string[]): Promise<string[]> {
    const notes = await this.client.mget(ids.map((id) => this.#key(id)));
    return ids.filter((_, index) => notes[index] !== null);
  }

  async forget(id: string): Promise<void> {
    await this.client.del(this.#key(id));
  }

  /** The prefix is in braces: all keys of the queues stand in one slot. */
  #key(id: string): string {
    return `${this.prefix}:${this.queue}:cancel:${id}`;
  }
}
