import { Cluster, type Redis } from 'ioredis';
import { AppError } from '../../kernel/app-error.js';
import { MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';
import { newId } from '../../kernel/ids.js';
import { remembered } from '../../kernel/remembered.js';
import type { RedisClient } from '../connection/create-client.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { KeyArea, KeyBuilder } from '../keys/redis-key.js';
import { parseClientList, toClientList, type ClientList } from './client-list.js';
import { globOf, KeyspaceCount, scanKeys, type KeyspaceReport } from './keyspace.js';
import { measure, type PerformanceReport } from './performance-test.js';
import {
  RedisDiagnostics,
  type ConnectionCounts,
  type RedisPing,
  type StaleKeyReport,
} from './redis-diagnostics.js';
import { joinServerInfo, parseServerInfo, type RedisServerInfo } from './server-info.js';
import { latestFirst, parseSlowLog, type SlowQuery } from './slow-log.js';

const SERVER_FRESH_MS = SECOND_MS;
const KEYSPACE_FRESH_MS = 15 * SECOND_MS;
const KEYSPACE_LIMITS = { maxKeys: 100_000, maxMs: 2 * SECOND_MS };
const SWEEP_LIMITS = { maxKeys: 1_000_000, maxMs: MINUTE_MS };
const STALE_KEY_ENDS_MS = MINUTE_MS;
const PERFORMANCE_TEST_MS = 5 * SECOND_MS;
/** Should the process die in the middle of a test. */
const TEST_KEY_TTL_MS = 10 * SECOND_MS;
/** Not the queues': BullMQ's keys have no end and must not get one. Sessions are for their owner to sweep. */
const AREAS_THAT_END: readonly KeyArea[] = ['cache', 'rl', 'lock', 'bus'];

export class LiveRedisDiagnostics extends RedisDiagnostics {
  override readonly mode = 'redis';
  readonly #connections: RedisConnections;
  readonly #keys: KeyBuilder;
  #opening: Promise<RedisClient> | undefined;
  readonly #server = remembered(SERVER_FRESH_MS, () => this.#ask(readServer));
  readonly #keyspace = remembered(KEYSPACE_FRESH_MS, () =>
    this.#ask((nodes) => this.#countKeys(nodes)),
  );

  constructor(connections: RedisConnections, keys: KeyBuilder) {
    super();
    this.#connections = connections;
    this.#keys = keys;
  }

  override async ping(): Promise<RedisPing> {
    const sentAtMs = performance.now();
    try {
      await this.#connections.command.ping();
    } catch (cause) {
      throw unavailable(cause);
    }
    return { mode: this.mode, latencyMs: performance.now() - sentAtMs };
  }

  override connections(): ConnectionCounts {
    return this.#connections.counts();
  }

  override server(): Promise<RedisServerInfo> {
    return this.#server();
  }

  override async slowQueries(limit: number): Promise<SlowQuery[]> {
    const logs = await this.#ask((nodes) =>
      Promise.all(nodes.map((node) => node.call('SLOWLOG', 'GET', limit))),
    );
    return latestFirst(
      logs.flatMap((log) => parseSlowLog(log, this.#keys.prefix)),
      limit,
    );
  }

  override async clients(limit: number): Promise<ClientList> {
    const lists = await this.#ask((nodes) =>
      Promise.all(nodes.map((node) => node.call('CLIENT', 'LIST'))),
    );
    return toClientList(
      lists.flatMap((list) => parseClientList(String(list), this.#keys.prefix)),
      limit,
    );
  }

  override keyspace(): Promise<KeyspaceReport> {
    return this.#keyspace();
  }

  override testPerformance(operations: number): Promise<PerformanceReport> {
    const stem = this.#keys.key('cache', 'general', 'performance-test', newId());
    return this.#ask((_nodes, client) =>
      measure(operations, PERFORMANCE_TEST_MS, (command, index) => {
        const key = `${stem}:${index}`;
        switch (command) {
          case 'set':
            return client.set(key, 'x'.repeat(100), 'PX', TEST_KEY_TTL_MS);
          case 'get':
            return client.get(key);
          case 'delete':
            return client.del(key);
        }
      }),
    );
  }

  override expireStaleKeys(signal: AbortSignal): Promise<StaleKeyReport> {
    return this.#ask(async (nodes) => {
      let scanned = 0;
      let expired = 0;
      let complete = true;
      for (const area of AREAS_THAT_END) {
        const all = await scanKeys(
          nodes,
          `${globOf(this.#keys.key(area))}:*`,
          { ...SWEEP_LIMITS, signal },
          async (node, keys) => {
            // NX leaves a key alone that has an end: no look beforehand that could be out of date.
            const pipeline = node.pipeline();
            for (const key of keys) pipeline.pexpire(key, STALE_KEY_ENDS_MS, 'NX');
            const answers = await resultsOf(pipeline);
            scanned += keys.length;
            expired += answers.filter((answer) => answer === 1).length;
          },
        );
        complete &&= all;
      }
      return { scanned, expired, complete };
    });
  }

  async #countKeys(nodes: readonly Redis[]): Promise<KeyspaceReport> {
    const count = new KeyspaceCount();
    const pattern = `${globOf(this.#keys.key('cache'))}:*`;
    const complete = await scanKeys(nodes, pattern, KEYSPACE_LIMITS, async (node, keys) => {
      const pipeline = node.pipeline();
      for (const key of keys) pipeline.memory('USAGE', key);
      const sizes = await resultsOf(pipeline);
      // A key that ended meanwhile has no size.
      keys.forEach((key, i) => {
        const bytes = sizes[i];
        if (typeof bytes === 'number') count.add(key, bytes);
      });
    });
    return count.report(complete, new Date());
  }

  async #ask<T>(work: (nodes: readonly Redis[], client: RedisClient) => Promise<T>): Promise<T> {
    try {
      this.#opening ??= this.#open();
      const client = await this.#opening;
      return await work(client instanceof Cluster ? client.nodes('master') : [client], client);
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /** With the first question; kept from then on. */
  async #open(): Promise<RedisClient> {
    const client = this.#connections.create('diagnostics');
    await this.#connections.waitUntilReady(client);
    return client;
  }
}

async function readServer(nodes: readonly Redis[]): Promise<RedisServerInfo> {
  const texts = await Promise.all(nodes.map((node) => node.info()));
  return joinServerInfo(texts.map(parseServerInfo));
}

async function resultsOf(pipeline: ReturnType<Redis['pipeline']>): Promise<unknown[]> {
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}

function unavailable(cause: unknown): AppError {
  return new AppError('unavailable', 'redis.unavailable', 'Redis does not answer', { cause });
}
