import { Logger } from '@nestjs/common';
import { redisInsStore } from 'cache-manager-ioredis-yet';
import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from '../../connection/create-client.js';
import { FaultLog } from '../../../kernel/fault-log.js';
import { DEFAULT_HTTP_TTL_MS, refuseKeys, type HttpCacheStore } from './http-cache-store.js';

const CLEAR_TIMEOUT_MS = 5_000;
const SCAN_COUNT = 1_000;

/**
 * The part of cache-manager-ioredis-yet that is used; its own type extends one that cache-manager 7
 * has not.
 */
interface SingleKeyStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttlMs: number): Promise<void>;
  del(key: string): Promise<void>;
  ttl(key: string): Promise<number>;
}

/**
 * cache-manager-ioredis-yet on the shared client, without what is dangerous in it: its `reset` is
 * FLUSHDB, its `mget` answers undefined for everything on a Cluster, a key without a TTL stays for
 * ever. A fault of Redis is a miss.
 */
export class RedisHttpCacheStore implements HttpCacheStore {
  readonly name = 'redis';
  readonly keys = refuseKeys;
  readonly #logger = new Logger('HttpCache');
  readonly #faults = new FaultLog(this.#logger);
  readonly #client: RedisClient;
  readonly #store: SingleKeyStore;
  readonly #keyStem: string;

  /** @param keyStem what every key of this cache begins with: all that {@link reset} removes. */
  constructor(client: RedisClient, keyStem: string) {
    this.#client = client;
    this.#store = redisInsStore(client) as unknown as SingleKeyStore;
    this.#keyStem = keyStem;
  }

  get(key: string): Promise<unknown> {
    return this.#spare('read', () => this.#store.get(key));
  }

  mget(...keys: string[]): Promise<unknown[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  async set(key: string, value: unknown, ttlMs?: number): Promise<void> {
    // 0 would be "for ever"; a fraction of a millisecond is refused by Redis.
    const lifeMs = Math.ceil(ttlMs || DEFAULT_HTTP_TTL_MS);
    await this.#spare('write', () => this.#store.set(key, value, lifeMs));
  }

  async mset(values: Record<string, unknown>, ttlMs?: number): Promise<void> {
    await Promise.all(Object.entries(values).map(([key, value]) => this.set(key, value, ttlMs)));
  }

  async del(key: string): Promise<void> {
    await this.#spare('removal', () => this.#store.del(key));
  }

  async mdel(...keys: string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.del(key)));
  }

  async ttl(key: string): Promise<number> {
    return (await this.#spare('TTL', () => this.#store.ttl(key))) ?? -2;
  }

  /**
   * Removes this cache's own keys and no others, for five seconds at most: it walks through the
   * whole keyspace.
   */
  async reset(): Promise<void> {
    const deadlineMs = performance.now() + CLEAR_TIMEOUT_MS;
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
    await this.#spare('clearing', async () => {
      for (const node of nodes) await this.#clearNode(node, deadlineMs);
    });
  }

  async #clearNode(node: Redis, deadlineMs: number): Promise<void> {
    let cursor = '0';
    do {
      if (performance.now() > deadlineMs)
        throw new Error(`not complete after ${CLEAR_TIMEOUT_MS} ms`);
      const [next, keys] = await node.scan(
        cursor,
        'MATCH',
        `${this.#keyStem}*`,
        'COUNT',
        SCAN_COUNT,
      );
      await Promise.all(keys.map((key) => this.#client.unlink(key)));
      cursor = next;
    } while (cursor !== '0');
  }

  async #spare<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#faults.report(what, error);
      return undefined;
    }
  }
}
