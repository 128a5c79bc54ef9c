import type { ClientList } from './client-list.js';
import type { KeyspaceReport } from './keyspace.js';
import type { PerformanceReport } from './performance-test.js';
import type { RedisServerInfo } from './server-info.js';
import type { SlowQuery } from './slow-log.js';

export interface RedisPing {
  readonly mode: 'redis' | 'memory';
  /** Round trip; 0 for the in-process drivers. */
  readonly latencyMs: number;
}

/** The sockets that this process has to Redis. */
export interface ConnectionCounts {
  readonly open: number;
  /** Of those: able to take commands now. */
  readonly ready: number;
  /** Losses and failed attempts of all connections since the process started. */
  readonly errors: number;
}

/**
 * What health, monitoring and maintenance ask of Redis. Answers that only a server can give are null from
 * the in-process drivers.
 *
 * All but {@link ping} go over a connection of their own and never stand in the way of a request. All are
 * bounded in time and size, and reject with AppError `redis.unavailable` (unavailable) when Redis does not
 * answer.
 */
export abstract class RedisDiagnostics {
  /** Which drivers serve in this process. */
  abstract readonly mode: 'redis' | 'memory';
  /** Over the connection of the request path: what a request would meet. */
  abstract ping(): Promise<RedisPing>;
  /** Of this process; nothing is sent. */
  abstract connections(): ConnectionCounts;
  /** INFO; of a Cluster the primaries together. At most a second old. */
  abstract server(): Promise<RedisServerInfo | null>;
  /** The latest first. Arguments are replaced: they may hold what nobody should see. */
  abstract slowQueries(limit: number): Promise<SlowQuery[] | null>;
  /** Everybody who is connected to the server, not only this application. */
  abstract clients(limit: number): Promise<ClientList | null>;
  /** Keys and bytes of the caches, counted by a scan that ends after 2 s; at most 15 s old. */
  abstract keyspace(): Promise<KeyspaceReport | null>;
  /** Sets, gets and deletes that many keys of its own, one after the other, for 5 s at most. */
  abstract testPerformance(operations: number): Promise<PerformanceReport | null>;
  /**
   * Every key of ours has an end, but for those of the queues. Gives those that have none (a bug, a hand at
   * the console) an end in a minute, which leaves what uses them the time to set its own.
   */
  abstract expireStaleKeys(signal: AbortSignal): Promise<StaleKeyReport | null>;
}

export interface StaleKeyReport {
  readonly scanned: number;
  /** Keys that had no end and got one. */
  readonly expired: number;
  /** false: the scan was ended by its limits. */
  readonly complete: boolean;
}
