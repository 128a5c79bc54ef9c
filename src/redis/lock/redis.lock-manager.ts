import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import { DAY_MS } from '../../kernel/duration.js';
import { newId } from '../../kernel/ids.js';
import { FaultLog } from '../../kernel/fault-log.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { LuaScript } from '../scripts/lua-script.js';
import { LeaseKeeper } from './lease-keeper.js';
import { LockManager, type Lease, type LockOptions } from './lock-manager.js';
import { lockResource, notAcquired } from './lock-options.js';

/** Beyond any step backwards of a server's clock, which is what the token falls back on. */
const FENCING_TTL_MS = DAY_MS;
const MIN_RETRY_MS = 10;
const MAX_RETRY_MS = 200;

/** The two keys share a hash tag, so that one script may touch both on a Cluster. */
interface LockKeys {
  readonly lock: string;
  readonly fence: string;
}

interface Held {
  readonly owner: string;
  readonly fencingToken: bigint;
  readonly sentAtMs: number;
}

/**
 * One Redis primary. After a failover that lost the acquisition two holders are possible: the token
 * tells them apart.
 */
export class RedisLockManager extends LockManager {
  readonly #faults = new FaultLog(new Logger('Lock'));
  readonly #connections: RedisConnections;
  readonly #keys: KeyBuilder;
  readonly #acquire = new LuaScript('lock-acquire');
  readonly #extend = new LuaScript('lock-extend');
  readonly #release = new LuaScript('lock-release');

  constructor(connections: RedisConnections, keys: KeyBuilder) {
    super();
    this.#connections = connections;
    this.#keys = keys;
  }

  override async using<T>(
    name: string,
    id: string,
    options: LockOptions,
    work: (lease: Lease) => Promise<T>,
  ): Promise<T> {
    const resource = lockResource(name, id, options);
    const keys = this.#keysOf(resource);
    const held = await this.#waitFor(resource, keys, options);
    const keeper = new LeaseKeeper(options.ttlMs, held.sentAtMs, async () => {
      const args = [held.owner, options.ttlMs];
      return (await this.#extend.run(this.#connections.command, [keys.lock], args)) === 1;
    });
    try {
      return await work({ resource, fencingToken: held.fencingToken, signal: keeper.signal });
    } finally {
      keeper.stop();
      await this.#free(resource, keys, held.owner);
    }
  }

  #keysOf(resource: string): LockKeys {
    const tag = `{${resource}}`;
    return { lock: this.#keys.key('lock', tag), fence: this.#keys.key('lock', tag, 'fence') };
  }

  async #waitFor(resource: string, keys: LockKeys, options: LockOptions): Promise<Held> {
    const { signal, waitMs = 0 } = options;
    const deadlineMs = performance.now() + waitMs;
    for (let maxDelayMs = MIN_RETRY_MS; ; maxDelayMs = Math.min(maxDelayMs * 2, MAX_RETRY_MS)) {
      signal?.throwIfAborted();
      const held = await this.#tryAcquire(resource, keys, options.ttlMs);
      if (held !== undefined) return held;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw notAcquired(resource);
      // Random, so that those who wait do not all come at once.
      const delayMs = maxDelayMs * (0.5 + Math.random() / 2);
      await pause(Math.min(delayMs, leftMs), signal);
    }
  }

  async #tryAcquire(resource: string, keys: LockKeys, ttlMs: number): Promise<Held | undefined> {
    const owner = newId();
    const sentAtMs = performance.now();
    try {
      const reply = await this.#acquire.run(
        this.#connections.command,
        [keys.lock, keys.fence],
        [owner, ttlMs, FENCING_TTL_MS],
      );
      if (typeof reply !== 'string') return undefined;
      return { owner, fencingToken: BigInt(reply), sentAtMs };
    } catch (cause) {
      // A time-out is not "not done": what was taken all the same must not bar others for a whole
      // lease.
      void this.#free(resource, keys, owner);
      throw new AppError(
        'unavailable',
        'lock.unavailable',
        `cannot ask for the lock ${resource} now`,
        { cause },
      );
    }
  }

  /** Failing is no harm to the caller, whose work is done: the lease runs out by itself. */
  async #free(resource: string, keys: LockKeys, owner: string): Promise<void> {
    try {
      await this.#release.run(this.#connections.command, [keys.lock], [owner]);
    } catch (error) {
      this.#faults.report(`release of the lock ${resource}`, error);
    }
  }
}

/** Ends early with the signal's own reason, where Node would throw an AbortError around it. */
async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(delayMs, undefined, signal && { signal });
  } catch {
    signal?.throwIfAborted();
  }
}
