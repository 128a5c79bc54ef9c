import { randomBytes } from 'node:crypto';
import calculateSlot from 'cluster-key-slot';
import type { Cluster, Redis } from 'ioredis';
import { AppError } from '../../../kernel/app-error.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import type { RedisClient } from '../../connection/create-client.js';
import type { RedisConnections } from '../../connection/redis-connections.js';
import type { KeyBuilder } from '../../keys/redis-key.js';
import { LuaScript } from '../../scripts/lua-script.js';
import { LEASE_TTL_MS } from '../cache-definition.js';
import { isTagName } from '../local/tag-table.js';
import { matchesKey } from '../versioned-key.js';
import type { CacheStore, Lease, LeaseRequest, NewEntry, StoredText } from './cache-store.js';
import { earliestAt, ServerClocks, type Reading } from './server-clocks.js';
import { StoreTimeoutError } from './store-gate.js';

/** A holder renews every third of it; after it, he is taken for dead. */
export const LEASE_ALIVE_MS = SECOND_MS;
const SCAN_COUNT = 500;
const MATCH_TIMEOUT_MS = 10 * SECOND_MS;

/**
 * Entries, leases and tag versions as plain keys of their own, so that a Cluster may spread them. A tag's
 * version is random, not counted: one that Redis evicted or lost comes back as another, so an entry
 * from before can turn into a miss, but not into a hit again.
 */
export class RedisCacheStore implements CacheStore {
  readonly #connections: RedisConnections;
  readonly #stem: string;
  readonly #settledChannel: string;
  readonly #lease = new LuaScript('cache-lease');
  readonly #renew = new LuaScript('cache-renew');
  readonly #fill = new LuaScript('cache-fill');
  readonly #put = new LuaScript('cache-put');
  readonly #clocks = new ServerClocks();

  /** @param settledChannel where those are told who wait for somebody else's load */
  constructor(connections: RedisConnections, keys: KeyBuilder, settledChannel: string) {
    this.#connections = connections;
    this.#stem = `${keys.key('cache')}:`;
    this.#settledChannel = settledChannel;
  }

  get keepsOrder(): boolean {
    return !this.#client.isCluster;
  }

  async read(names: readonly string[]): Promise<readonly StoredText[]> {
    const client = this.#client;
    const keys = names.map((name) => this.#key(name));
    // On a Cluster the keys lie on several nodes, and MGET would be refused; sent in one step all the same.
    return client.isCluster ? Promise.all(keys.map((key) => client.get(key))) : client.mget(keys);
  }

  async lease(name: string, request: LeaseRequest): Promise<Lease> {
    const key = this.#key(name);
    const { token, versions, force } = request;
    const args = [token, versions, LEASE_TTL_MS, LEASE_ALIVE_MS, force ? '1' : '0'];
    const answer = await this.#lease.run(this.#client, [key, this.#leaseKey(key)], args);
    const [granted, text] = answer as [number, (string | null)?];
    return granted === 1 ? { stored: text ?? null } : undefined;
  }

  async renew(name: string, token: string): Promise<void> {
    await this.#renew.run(this.#client, [this.#leaseKey(this.#key(name))], [token]);
  }

  async settle(name: string, token: string, entry: NewEntry | undefined): Promise<boolean> {
    const key = this.#key(name);
    const stored = entry === undefined ? [] : [entry.text, entry.ttlMs];
    const args = [token, this.#settledChannel, name, ...stored];
    return (await this.#fill.run(this.#client, [key, this.#leaseKey(key)], args)) === 1;
  }

  async replace(entries: readonly NewEntry[], untilMs: number): Promise<boolean> {
    // On a Cluster the keys of a script have to lie on one node.
    const parts = this.#client.isCluster ? entries.map((entry) => [entry]) : [entries];
    const inOrder = await Promise.all(parts.map((part) => this.#replace(part, untilMs)));
    return inOrder.every(Boolean);
  }

  async readClocks(): Promise<void> {
    const client = this.#client;
    const nodes = new Map(masters(client).map((node) => [serverOf(client, node), node]));
    this.#clocks.retain(new Set(nodes.keys()));
    await Promise.allSettled([...nodes].map(([server, node]) => this.#readClock(server, node)));
  }

  async remove(names: readonly string[]): Promise<void> {
    const client = this.#client;
    const keys = names.flatMap((name) => {
      const key = this.#key(name);
      return isTagName(name) ? [key] : [this.#leaseKey(key), key];
    });
    if (client.isCluster) await Promise.all(keys.map((key) => client.unlink(key)));
    else await client.unlink(keys);
  }

  async ensureTags(names: readonly string[], lifeMs: number): Promise<readonly string[]> {
    const known = await Promise.all(
      names.map(async (name) => {
        const fresh = randomBytes(6).toString('base64url');
        const version = await this.#client.set(this.#key(name), fresh, 'PX', lifeMs, 'NX', 'GET');
        return version ?? fresh;
      }),
    );
    return known;
  }

  async keepTags(names: readonly string[], lifeMs: number): Promise<void> {
    await Promise.all(names.map((name) => this.#client.pexpire(this.#key(name), lifeMs, 'GT')));
  }

  async *match(namespace: string, pattern: string): AsyncGenerator<readonly string[]> {
    const deadlineMs = performance.now() + MATCH_TIMEOUT_MS;
    const stem = `${namespace}:`;
    // A version may follow: what is no more than alike is sorted out here.
    const glob = `${escapeGlob(this.#key(stem + pattern)).replaceAll('\\*', '*')}*`;
    for (const node of masters(this.#client)) {
      // What is being loaded counts as well: its lease bears its name. First, for it may become an entry meanwhile.
      for (const match of [this.#leaseKey(glob), glob]) {
        for await (const names of this.#scan(node, match, deadlineMs)) {
          const matching = names.filter((name) => matchesKey(pattern, name.slice(stem.length)));
          if (matching.length > 0) yield matching;
        }
      }
    }
  }

  servers(): string {
    const client = this.#client;
    if (!client.isCluster) return '';
    return masters(client)
      .map((node) => serverOf(client, node))
      .sort()
      .join();
  }

  async #replace(entries: readonly NewEntry[], untilMs: number): Promise<boolean> {
    const client = this.#client;
    const keys = entries.map(({ name }) => this.#key(name));
    const [server, node] = holderOf(client, keys[0] as string);
    const known = this.#clocks.earliest(server, untilMs);
    const deadlineMs = known ?? earliestAt(await this.#readClock(server, node), untilMs);
    if (performance.now() > untilMs) throw tooLate();
    const args = entries.flatMap(({ name, text, ttlMs }) => [name, text, ttlMs]);
    const { answer, inOrder } = await this.#put.send(
      client,
      keys.flatMap((key) => [key, this.#leaseKey(key)]),
      [deadlineMs, this.#settledChannel, ...args],
    );
    if (answer !== 1) throw tooLate();
    return inOrder && known !== undefined;
  }

  #readClock(server: string, node: Redis): Promise<Reading> {
    return this.#clocks.read(server, async () => {
      const [seconds, microseconds] = await node.time();
      return Number(seconds) * SECOND_MS + Math.floor(Number(microseconds) / 1000);
    });
  }

  async *#scan(node: Redis, match: string, deadlineMs: number): AsyncGenerator<string[]> {
    let cursor = '0';
    do {
      if (performance.now() > deadlineMs) throw incomplete();
      const found = await node.scan(cursor, 'MATCH', match, 'COUNT', SCAN_COUNT).catch((cause) => {
        throw incomplete(cause);
      });
      yield found[1].map((key) => this.#name(key));
      cursor = found[0];
    } while (cursor !== '0');
  }

  get #client(): RedisClient {
    return this.#connections.command;
  }

  #key(name: string): string {
    return this.#stem + encode(name);
  }

  #name(key: string): string {
    const braced = /\{(.*)\}$/s.exec(key)?.[1] ?? key;
    return decode(braced.slice(this.#stem.length));
  }

  /** On the same node of a Cluster as the entry: what stands in braces decides, and the entry has none. */
  #leaseKey(key: string): string {
    return `${this.#stem}~lease:{${key}}`;
  }
}

/** Without braces, which say where a key lies on a Cluster. No two texts become one. */
function encode(text: string): string {
  if (!text.includes('{') && !text.includes('}') && !text.includes('%')) return text;
  return text.replaceAll('%', '%25').replaceAll('{', '%7B').replaceAll('}', '%7D');
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  return text.replaceAll('%7B', '{').replaceAll('%7D', '}').replaceAll('%25', '%');
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^]/g, '\\$&');
}

function masters(client: RedisClient): Redis[] {
  return client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
}

/** What its clock is known by; '': it is the only one. */
function serverOf(client: RedisClient, { options }: Redis): string {
  return client.isCluster ? `${options.host}:${options.port}` : '';
}

/** Which node has a key, as far as the client knows. */
function holderOf(client: RedisClient, key: string): readonly [string, Redis] {
  const nodes = masters(client);
  if (!client.isCluster) return ['', nodes[0] as Redis];
  const server = (client as Cluster).slots[calculateSlot(key)]?.[0];
  const node = nodes.find((one) => serverOf(client, one) === server);
  if (server === undefined || node === undefined) throw new Error('no node has that key');
  return [server, node];
}

function tooLate(): StoreTimeoutError {
  return new StoreTimeoutError('the store was not reached in time');
}

function incomplete(cause?: unknown): AppError {
  return new AppError(
    'unavailable',
    'cache.pattern_incomplete',
    'Not all keys could be looked at: some entries may be left.',
    { cause },
  );
}
