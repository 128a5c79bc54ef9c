import { AppError } from '../../kernel/app-error.js';
import type { Lease } from '../../kernel/lease.js';
import { SharedLease, type HeldLock } from './held-lock.js';
import {
  lockRequest,
  lockResource,
  lockResources,
  type LockOptions,
  type LockRequest,
} from './lock-options.js';

export type TryLockOptions = Omit<LockOptions, 'waitMs' | 'maxWaiters'>;

/** Of {@link LockManager.tryUsing}: the work ran, or another holds the lock. */
export type TryOutcome<T> =
  { readonly acquired: true; readonly value: T } | { readonly acquired: false };

/**
 * Mutual exclusion between processes. Never the only guard of money: PostgreSQL's row locks are, and
 * what must not be written by an older holder begins its transactions with `fence` besides.
 *
 * Who waits gets the lock in the order of asking; nobody overtakes. A lock is not reentrant: work
 * that asks for its own lock waits for itself, until its time is over.
 */
export abstract class LockManager {
  /**
   * Runs `work` while holding the lock `name` of `id`, and releases it whatever happens. What
   * `work` answers or throws is the outcome, also when the lease was lost on the way: its signal
   * said so.
   * @param name a constant without `:`, such as `journal.import`.
   * @throws AppError `lock.not_acquired` (conflict) when another holds it and there is no `waitMs`;
   *   `lock.wait_timeout` (conflict) when others held it for all of `waitMs`;
   *   `lock.too_many_waiters` (conflict); `lock.unavailable` (unavailable) when Redis cannot be
   *   asked, or stays away while this waits; `lock.not_replicated` (unavailable).
   */
  async using<T>(
    name: string,
    id: string,
    options: LockOptions,
    work: (lease: Lease) => Promise<T>,
  ): Promise<T> {
    const resource = lockResource(name, id);
    const held = await this.acquire(resource, lockRequest(options));
    try {
      return await work(held.lease);
    } finally {
      await held.release();
    }
  }

  /**
   * {@link using} for who has something else to do when the lock is taken: answers at once, and that
   * is no error.
   * @throws AppError `lock.unavailable`, `lock.not_replicated` (unavailable)
   */
  async tryUsing<T>(
    name: string,
    id: string,
    options: TryLockOptions,
    work: (lease: Lease) => Promise<T>,
  ): Promise<TryOutcome<T>> {
    const resource = lockResource(name, id);
    const held = await orUndefined(this.acquire(resource, lockRequest(options)));
    if (held === undefined) return { acquired: false };
    try {
      return { acquired: true, value: await work(held.lease) };
    } finally {
      await held.release();
    }
  }

  /**
   * {@link using} of several locks at once: all or none, and no two callers ever wait for each
   * other, whatever the order of their ids. `waitMs` is for all together.
   * @param ids 1 to 100; one that is named twice is taken once.
   * @param work gets the leases by the order of their ids (as text). They stand and fall together.
   * @throws AppError as {@link using}
   */
  async usingAll<T>(
    name: string,
    ids: readonly string[],
    options: LockOptions,
    work: (leases: readonly Lease[]) => Promise<T>,
  ): Promise<T> {
    const resources = lockResources(name, ids);
    const held: HeldLock[] = [];
    try {
      await this.#acquireAll(resources, lockRequest(options), held);
      const leases = held.map(({ lease }) => lease);
      for (const lease of leases) lease.throwIfLost();
      const signal = AbortSignal.any(leases.map((lease) => lease.signal));
      return await work(leases.map((lease) => new SharedLease(lease, leases, signal)));
    } finally {
      await Promise.all(held.map((lock) => lock.release()));
    }
  }

  /** @throws AppError as {@link using} */
  protected abstract acquire(resource: string, request: LockRequest): Promise<HeldLock>;

  /** @param held takes each as soon as it is held: whoever gives up half way knows what to release. */
  async #acquireAll(
    resources: readonly string[],
    request: LockRequest,
    held: HeldLock[],
  ): Promise<void> {
    for (const resource of resources) {
      const ends = [...held.map(({ lease }) => lease.signal), request.signal];
      // Waiting for the rest is no use once the first is lost.
      const signal = AbortSignal.any(ends.filter((end) => end !== undefined));
      held.push(await this.acquire(resource, { ...request, signal }));
    }
  }
}

async function orUndefined(acquisition: Promise<HeldLock>): Promise<HeldLock | undefined> {
  try {
    return await acquisition;
  } catch (error) {
    if (error instanceof AppError && error.code === 'lock.not_acquired') return undefined;
    throw error;
  }
}
