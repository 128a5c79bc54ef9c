import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import { FaultLog } from '../../kernel/fault-log.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { HeldLease, type HeldLock } from './held-lock.js';
import { KnownTokens } from './known-tokens.js';
import { LeaseKeeper } from './lease-keeper.js';
import { unavailable } from './lock-errors.js';
import { LockInbox } from './lock-inbox.js';
import { LockManager } from './lock-manager.js';
import type { LockRequest } from './lock-options.js';
import { LockTurns, type Asker } from './lock-turns.js';
import { RedisAcquisition, type Acquired } from './redis.acquisition.js';
import { ReplicaCheck } from './replica-check.js';

/** A release that Redis has not taken is repeated, behind the caller: the lease ends by itself, but later. */
const RELEASE_RETRIES_MS = [100, 500, 2_000];

/**
 * One Redis primary. After a failover that lost the acquisition two holders are possible: the token
 * tells them apart, and `fence` refuses the older one.
 */
export class RedisLockManager extends LockManager {
  readonly #faults = new FaultLog(new Logger('Lock'));
  readonly #connections: RedisConnections;
  readonly #turns: LockTurns;
  readonly #inbox: LockInbox;
  readonly #replicas: ReplicaCheck;
  readonly #tokens = new KnownTokens();

  constructor(connections: RedisConnections, keys: KeyBuilder) {
    super();
    this.#connections = connections;
    this.#turns = new LockTurns(keys);
    this.#inbox = new LockInbox(connections, keys);
    this.#replicas = new ReplicaCheck(connections);
  }

  protected override async acquire(resource: string, request: LockRequest): Promise<HeldLock> {
    const isChecked = request.minReplicas > 0;
    const client = isChecked ? await this.#replicas.client() : this.#connections.command;
    const asker = this.#turns.asker(client, resource, this.#inbox.newOwner());
    const acquisition = new RedisAcquisition(
      this.#turns,
      this.#inbox,
      asker,
      request,
      this.#tokens,
    );
    let acquired: Acquired;
    try {
      acquired = await acquisition.run();
    } catch (error) {
      if (acquisition.mayHold) void this.#giveBack(asker);
      throw error;
    }
    if (isChecked) await this.#confirm(asker, request.minReplicas);
    return this.#hold(asker, request, acquired, acquisition.hasQueued);
  }

  /** @param isWanted it was waited for: others may wait by now. */
  #hold(
    asker: Asker,
    request: LockRequest,
    { token, sentAt }: Acquired,
    isWanted: boolean,
  ): HeldLock {
    const extend = (): Promise<boolean> => this.#extend(asker, request);
    const keeper = new LeaseKeeper(request.ttlMs, sentAt, extend);
    return {
      lease: new HeldLease(asker.resource, asker.owner, token, keeper, this.#tokens),
      release: () => {
        keeper.end();
        return this.#giveBack(asker, isWanted);
      },
    };
  }

  async #extend(asker: Asker, { ttlMs, minReplicas }: LockRequest): Promise<boolean> {
    const isHeld = await this.#turns.extend(asker, ttlMs);
    // What only the primary has prolonged has ended earlier for who takes over from it.
    if (isHeld && minReplicas > 0) await this.#replicas.confirm(asker, minReplicas);
    return isHeld;
  }

  async #confirm(asker: Asker, minReplicas: number): Promise<void> {
    try {
      await this.#replicas.confirm(asker, minReplicas);
    } catch (error) {
      await this.#giveBack(asker);
      throw error instanceof AppError ? error : unavailable(asker.resource, error);
    }
  }

  async #giveBack(asker: Asker, isWanted = true): Promise<void> {
    try {
      if (!isWanted && (await this.#turns.give(asker))) return;
      await this.#turns.release(asker);
    } catch (error) {
      this.#faults.report(`release of the lock ${asker.resource}`, error);
      void this.#giveBackLater(asker);
    }
  }

  async #giveBackLater(asker: Asker): Promise<void> {
    for (const delayMs of RELEASE_RETRIES_MS) {
      await sleep(delayMs, undefined, { ref: false });
      // Still away: the next time, or the end of the lease.
      if (await this.#turns.release(asker).then(isDone, () => false)) return;
    }
  }
}

const isDone = (): boolean => true;
