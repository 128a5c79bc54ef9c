import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Cluster } from 'ioredis';
import { Config, type RedisTarget } from '../../config/config.js';
import { AppError } from '../../kernel/app-error.js';
import { optionsFor, type ConnectionPurpose } from './client-options.js';
import { watchConnection } from './connection-log.js';
import { createClient, type RedisClient } from './create-client.js';
import { settlesWithin } from '../../kernel/deadline.js';
import { stopStaleSocketTimers } from './stale-socket-timer.js';

/** How long a goodbye may take before the socket is closed without one. */
const QUIT_TIMEOUT_MS = 1_000;

/**
 * Makes every connection to Redis, and closes those that are still open when the application ends.
 * Nothing else under `redis/` calls `new Redis`.
 */
@Injectable()
export class RedisConnections implements OnApplicationShutdown {
  readonly #logger = new Logger('Redis');
  readonly #config: Config['redis'];
  readonly #open = new Set<RedisClient>();
  #command: RedisClient | undefined;
  #errors = 0;

  constructor(@Inject(Config) config: Config) {
    this.#config = config.redis;
  }

  /** The one shared client of the request path. Commands fail at once while Redis is away. */
  get command(): RedisClient {
    this.#command ??= this.create('command');
    return this.#command;
  }

  /**
   * Opens a connection for `purpose` and keeps it alive: after a loss it is tried again for ever,
   * at most 2 s apart. Closed with the application, or earlier through {@link close}.
   * @throws AppError `redis.not_configured` (internal): ask for the configuration first.
   */
  create(purpose: ConnectionPurpose): RedisClient {
    const options = {
      ...optionsFor(purpose, this.#config),
      // For CLIENT LIST: whose connection this is, and what for.
      connectionName: `${this.#config.keyPrefix}-${purpose}`,
    };
    const client = createClient(this.#target(purpose), options, {
      sharded: purpose === 'subscriber',
    });
    watchConnection(client, purpose, this.#logger);
    stopStaleSocketTimers(client);
    // After every loss and every attempt that failed, also when the other side just hung up.
    client.on('reconnecting', () => (this.#errors += 1));
    client.once('end', () => this.#open.delete(client));
    this.#open.add(client);
    // A failed first attempt is reported by the listener and repeated by the retry strategy.
    client.connect().catch(() => undefined);
    return client;
  }

  /**
   * Whether `client` can take commands within `timeoutMs` (default: the connect time-out). Never
   * throws.
   */
  waitUntilReady(
    client: RedisClient,
    timeoutMs: number = this.#config.connectTimeoutMs,
  ): Promise<boolean> {
    return settlesWithin(whenReady(client), timeoutMs);
  }

  /** The connections of this process, and how often one was lost or could not be made. */
  counts(): { readonly open: number; readonly ready: number; readonly errors: number } {
    const ready = [...this.#open].filter(({ status }) => status === 'ready').length;
    return { open: this.#open.size, ready, errors: this.#errors };
  }

  /** Ends one connection: says goodbye, and hangs up if that is not answered within a second. */
  async close(client: RedisClient): Promise<void> {
    this.#open.delete(client);
    if (client.status === 'end') return;
    if (client.status === 'ready') {
      const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
      client.quit().catch(() => undefined);
      if (await settlesWithin(ended, QUIT_TIMEOUT_MS)) return;
    }
    client.disconnect();
  }

  /**
   * Runs in the last phase of Nest's shutdown, and as part of a global module after all others:
   * whoever uses Redis has finished in `onModuleDestroy` or `beforeApplicationShutdown`.
   */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#open].map((client) => this.close(client)));
  }

  #target(purpose: ConnectionPurpose): RedisTarget {
    const forQueues = purpose === 'queue' || purpose === 'worker';
    const target = forQueues ? this.#config.queueTarget : this.#config.target;
    if (target !== undefined) return target;
    throw new AppError('internal', 'redis.not_configured', `no Redis is configured for ${purpose}`);
  }
}

/** A Cluster is ready when its slots are known; its nodes have to be connected besides. Waits for as long as it takes. */
export async function whenReady(client: RedisClient): Promise<void> {
  if (client.status !== 'ready') {
    await new Promise<void>((resolve) => client.once('ready', () => resolve()));
  }
  if (client instanceof Cluster) await Promise.all(client.nodes().map(whenReady));
}
