import { randomBytes } from 'node:crypto';
import { MINUTE_MS } from '../../kernel/duration.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { CacheStore, EntryKeys, StoredEntry } from './cache-store.js';

/** A tag outlives the entries that carry it by so much: it must not be what ends them. */
const TAG_MARGIN_MS = MINUTE_MS;

/**
 * Entries and tag versions as plain keys of their own, so that a Cluster may spread them. A tag's
 * version is random, not counted: one that Redis evicted or lost comes back as another, so an entry
 * from before can turn into a miss, but not into a hit again.
 */
export class RedisCacheStore implements CacheStore {
  readonly #connections: RedisConnections;

  constructor(connections: RedisConnections) {
    this.#connections = connections;
  }

  async read(entries: readonly EntryKeys[]): Promise<readonly StoredEntry[]> {
    // Entries of one batch often carry the same tag: it is asked for once.
    const keys = [...new Set(entries.flatMap(({ key, tagKeys }) => [key, ...tagKeys]))];
    const texts = await this.#getAll(keys);
    const found = new Map(keys.map((key, i) => [key, texts[i] ?? undefined]));
    return entries.map(({ key, tagKeys }) => ({
      text: found.get(key),
      tagVersions: tagKeys.map((tagKey) => found.get(tagKey)),
    }));
  }

  async ensureTags(tagKeys: readonly string[], ttlMs: number): Promise<readonly string[]> {
    const fresh = randomBytes(9).toString('base64url');
    const lifeMs = ttlMs + TAG_MARGIN_MS;
    const known = await Promise.all(
      tagKeys.map((key) => this.#connections.command.set(key, fresh, 'PX', lifeMs, 'NX', 'GET')),
    );
    return known.map((version) => version ?? fresh);
  }

  async write(key: string, text: string, ttlMs: number, tagKeys: readonly string[]): Promise<void> {
    const client = this.#connections.command;
    await Promise.all([
      client.set(key, text, 'PX', ttlMs),
      ...tagKeys.map((tagKey) => client.pexpire(tagKey, ttlMs + TAG_MARGIN_MS, 'GT')),
    ]);
  }

  async remove(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.#connections.command.unlink(key)));
  }

  async ping(): Promise<void> {
    await this.#connections.command.ping();
  }

  onInterruption(interrupted: () => void): void {
    const client = this.#connections.command;
    client.on('close', interrupted);
    client.on('+node', interrupted);
  }

  /**
   * One round trip either way; on a Cluster the keys lie on several nodes, and MGET would be
   * refused.
   */
  #getAll(keys: string[]): Promise<(string | null)[]> {
    const client = this.#connections.command;
    if (client.isCluster) return Promise.all(keys.map((key) => client.get(key)));
    return client.mget(keys);
  }
}
