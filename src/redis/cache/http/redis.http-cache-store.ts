import { redisInsStore } from 'cache-manager-ioredis-yet';
import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from '../../connection/create-client.js';
import { BoundedCalls } from './bounded-calls.js';
import { harmless } from './harmless-client.js';
import type { HttpCacheEntry, HttpCacheStore } from './http-cache-store.js';
import { OwedRemovals } from './owed-removals.js';

const CLEAR_TIMEOUT_MS = 5_000;
const SCAN_COUNT = 1_000;

/** The part of cache-manager-ioredis-yet that is used; its own type extends one that cache-manager 7 has not. */
interface TextStore {
  get(key: string): Promise<unknown>;
  mget(...keys: string[]): Promise<unknown[]>;
  set(key: string, text: string, ttlMs: number): Promise<void>;
}

/**
 * cache-manager-ioredis-yet on the shared client, without what is dangerous in it: its `reset` is FLUSHDB, its
 * `keys` is KEYS, its `mget` answers undefined for everything on a Cluster, and a key without a TTL stays for ever.
 */
export class RedisHttpCacheStore implements HttpCacheStore {
  readonly #calls: BoundedCalls;
  readonly #client: RedisClient;
  readonly #texts: TextStore;
  readonly #keyStem: string;
  readonly #owed: OwedRemovals;
  #settling: Promise<void> | undefined;

  /**
   * @param keyStem what every key of this cache begins with: nothing else is ever removed
   * @param deadlineMs the longest that a call waits, 40 ms unless said; clearing takes longer
   */
  constructor(client: RedisClient, keyStem: string, deadlineMs?: number) {
    this.#client = client;
    this.#calls = new BoundedCalls('HttpCache', () => client.ping(), deadlineMs);
    this.#texts = redisInsStore(harmless(client)) as unknown as TextStore;
    this.#keyStem = keyStem;
    this.#owed = new OwedRemovals(keyStem);
    client.on('ready', () => void this.#settle());
  }

  async read(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
    const asked = keys.filter((key) => !this.#owed.covers(key));
    const found = new Map<string, string>();
    for (const [i, text] of (await this.#readAll(asked)).entries()) {
      const key = asked[i];
      if (key !== undefined && typeof text === 'string') found.set(key, text);
    }
    void this.#settle();
    // Asked for again: it may have been removed while Redis was read.
    return keys.map((key) => (this.#owed.covers(key) ? undefined : found.get(key)));
  }

  async write(entries: readonly HttpCacheEntry[]): Promise<boolean> {
    if (entries.length === 0) return true;
    const isKept = await this.#calls.run(
      'write',
      async () => {
        await Promise.all(entries.map(({ key, text, ttlMs }) => this.#texts.set(key, text, ttlMs)));
        return true;
      },
      false,
    );
    // Else what they were to replace would be served again as soon as Redis is back.
    if (!isKept) this.#owed.addKeys(entries.map(({ key }) => key));
    else for (const { key } of entries) this.#owed.forget(key);
    return isKept;
  }

  async remove(keys: readonly string[]): Promise<number> {
    const removed = await this.#unlink(keys);
    if (removed === undefined) this.#owed.addKeys(keys);
    return removed ?? 0;
  }

  /** Walks through the whole keyspace in small steps, for five seconds at most. */
  async clear(stem: string): Promise<void> {
    // Owed from the start: what is read meanwhile would be from before.
    this.#owed.addStem(stem);
    await this.#settling;
    await this.#settle();
  }

  async #readAll(keys: string[]): Promise<readonly unknown[]> {
    if (keys.length === 0) return [];
    const [first = ''] = keys;
    if (keys.length === 1)
      return [await this.#calls.run('read', () => this.#texts.get(first), undefined)];
    if (!this.#client.isCluster)
      return this.#calls.run<unknown[]>('read', () => this.#texts.mget(...keys), []);
    // Written to each node's socket in one go; a node that is away costs the keys of that node alone.
    return Promise.all(
      keys.map((key) => this.#calls.run('read', () => this.#texts.get(key), undefined)),
    );
  }

  #unlink(keys: readonly string[]): Promise<number | undefined> {
    return this.#calls.run<number | undefined>(
      'removal',
      async () => {
        const counts = await Promise.all(keys.map((key) => this.#client.unlink(key)));
        return counts.reduce((sum, count) => sum + count, 0);
      },
      undefined,
    );
  }

  /** Has what is owed removed, once at a time. */
  #settle(): Promise<void> {
    if (this.#owed.isEmpty) return Promise.resolve();
    this.#settling ??= this.#removeOwed().finally(() => (this.#settling = undefined));
    return this.#settling;
  }

  async #removeOwed(): Promise<void> {
    // In time, or not at all: the steps below wait as long as a command may take.
    if (!(await this.#calls.run('removal', async () => Boolean(await this.#client.ping()), false)))
      return;
    await this.#owed.settle(
      async (keys) => (await this.#unlink(keys)) !== undefined,
      (stem) => this.#removeStem(stem),
    );
  }

  async #removeStem(stem: string): Promise<boolean> {
    const deadlineMs = performance.now() + CLEAR_TIMEOUT_MS;
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
    try {
      for (const node of nodes) await this.#clearNode(node, stem, deadlineMs);
      return true;
    } catch (error) {
      this.#calls.report('clearing', error);
      return false;
    }
  }

  async #clearNode(node: Redis, stem: string, deadlineMs: number): Promise<void> {
    const pattern = `${stem.replace(/[\\*?[\]]/g, '\\$&')}*`;
    let cursor = '0';
    do {
      if (performance.now() > deadlineMs)
        throw new Error(`not complete after ${CLEAR_TIMEOUT_MS} ms`);
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
      const own = keys.filter((key) => key.startsWith(this.#keyStem));
      await Promise.all(own.map((key) => this.#client.unlink(key)));
      cursor = next;
    } while (cursor !== '0');
  }
}
