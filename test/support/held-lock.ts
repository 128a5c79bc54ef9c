import type { Lease } from '../../src/kernel/lease.js';
import type { LockManager } from '../../src/redis/lock/lock-manager.js';
import type { LockOptions } from '../../src/redis/lock/lock-options.js';
import { Deferred } from './deferred.js';

export interface LockInHand {
  readonly lease: Lease;
  /** Ends the work, and resolves once the lock was given back. */
  letGo(): Promise<void>;
}

/** Holds the lock `import` of `id` until it is let go. */
export async function holdLock(
  locks: LockManager,
  id: string,
  options: LockOptions,
): Promise<LockInHand> {
  const taken = new Deferred<Lease>();
  const end = new Deferred<void>();
  const held = locks.using('import', id, options, (lease) => {
    taken.resolve(lease);
    return end.promise;
  });
  held.catch((error: Error) => taken.reject(error));
  const lease = await taken.promise;
  return {
    lease,
    letGo: () => {
      end.resolve();
      return held;
    },
  };
}
