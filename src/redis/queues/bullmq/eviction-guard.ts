import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { AppError } from '../../../kernel/app-error.js';
import { settlesWithin } from '../../../kernel/deadline.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import type { RedisClient } from '../../connection/create-client.js';
import { whenReady } from '../../connection/redis-connections.js';
import { evictionPolicies } from './eviction-policy.js';

/** For the nodes of a Cluster that is there. */
const READY_MS = 5 * SECOND_MS;
const AGAIN_MS = 5 * SECOND_MS;

/**
 * Makes sure that the queue Redis never throws jobs away to make room: any `maxmemory-policy` but `noeviction` does.
 * Asks each time that it is there (again), and all primaries of a Cluster: another server may stand behind the address.
 */
export class EvictionGuard {
  readonly #logger = new Logger('Jobs');
  readonly #listeners: ((good: boolean) => void)[] = [];
  /** undefined: nothing is asked at this moment. */
  #checking: Promise<void> | undefined;
  #again: NodeJS.Timeout | undefined;
  /** undefined: nothing was asked yet. */
  #refusal: AppError | null | undefined;

  /** @param strict whether an evicting Redis is refused (production), or told of alone */
  constructor(private readonly strict: boolean) {}

  watch(client: RedisClient): void {
    client.on('ready', () => this.#begin(client));
    // A primary that joins a Cluster, or comes back to it.
    client.on('+node', (node: Redis) => node.once('ready', () => this.#begin(client)));
    if (client.status === 'ready') this.#begin(client);
  }

  /** Called with each verdict, and at once with the one that there is. Must not throw. */
  onVerdict(listener: (good: boolean) => void): void {
    this.#listeners.push(listener);
    if (this.#refusal !== undefined) listener(this.#refusal === null);
  }

  /**
   * `queue.redis_evicts` (unavailable); null: it does not evict, cannot be asked, or need not be refused. Of a question
   * under way the answer; else at once, as each job that is added asks.
   */
  refusal(): AppError | null | Promise<AppError | null> {
    return this.#checking?.then(() => this.refusal()) ?? this.#refusal ?? null;
  }

  #begin(client: RedisClient): void {
    clearTimeout(this.#again);
    // One after the other: the latest verdict is the one that holds.
    const checking = (this.#checking ?? Promise.resolve()).then(async () => {
      await this.#check(client);
      if (this.#checking === checking) this.#checking = undefined;
    });
    this.#checking = checking;
  }

  async #check(client: RedisClient): Promise<void> {
    let isKnown = true;
    try {
      if (!(await settlesWithin(whenReady(client), READY_MS))) {
        throw new Error(`not ready within ${READY_MS} ms`);
      }
      this.#judge(await evictionPolicies(client));
    } catch (error) {
      this.#logger.warn({
        message: 'could not ask the queue Redis for its maxmemory-policy',
        err: error,
      });
      this.#refusal ??= null;
      isKnown = false;
    }
    for (const listener of this.#listeners) listener(this.#refusal === null);
    // Somebody may mend it while it runs; and who did not answer may evict.
    if ((isKnown && this.#refusal === null) || client.status === 'end') return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#begin(client), AGAIN_MS).unref();
  }

  #judge(policies: readonly (string | undefined)[]): void {
    const evicting = policies.find((policy) => policy !== undefined && policy !== 'noeviction');
    const problem =
      evicting &&
      `the queue Redis may throw jobs away: its maxmemory-policy is ${evicting} and must be noeviction (QUEUE_REDIS_URL)`;
    if (problem !== undefined) this.#logger.warn(problem);
    else if (policies.includes(undefined)) {
      this.#logger.warn('the queue Redis does not tell its maxmemory-policy');
    }
    this.#refusal =
      problem !== undefined && this.strict
        ? new AppError('unavailable', 'queue.redis_evicts', problem)
        : null;
  }
}
