import { LRUCache } from 'lru-cache';
import { LockManager, type Lease, type LockOptions } from './lock-manager.js';
import { lockResource, notAcquired } from './lock-options.js';

/** Resources whose last fencing token is remembered; for others the clock alone makes it grow. */
const MAX_TOKENS = 10_000;

/**
 * Within one process, first come, first served. A lease cannot be lost here: it ends with its work
 * or with the process, so the signal never aborts.
 */
export class MemoryLockManager extends LockManager {
  /** A resource that is held, and who waits for it, in order. */
  readonly #held = new Map<string, Set<() => void>>();
  readonly #tokens = new LRUCache<string, bigint>({ max: MAX_TOKENS });

  override async using<T>(
    name: string,
    id: string,
    options: LockOptions,
    work: (lease: Lease) => Promise<T>,
  ): Promise<T> {
    const resource = lockResource(name, id, options);
    options.signal?.throwIfAborted();
    await this.#acquire(resource, options);
    try {
      const signal = new AbortController().signal;
      return await work({ resource, fencingToken: this.#nextToken(resource), signal });
    } finally {
      this.#release(resource);
    }
  }

  async #acquire(resource: string, { waitMs = 0, signal }: LockOptions): Promise<void> {
    const waiting = this.#held.get(resource);
    if (waiting === undefined) {
      this.#held.set(resource, new Set());
      return;
    }
    if (waitMs <= 0) throw notAcquired(resource);
    await new Promise<void>((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        waiting.delete(take);
        finish();
      };
      const take = (): void => settle(resolve);
      const abort = (): void => settle(() => reject(signal?.reason as Error));
      const timer = setTimeout(() => settle(() => reject(notAcquired(resource))), waitMs);
      signal?.addEventListener('abort', abort, { once: true });
      waiting.add(take);
    });
  }

  /** Hands the lock to the first who waits, without a moment in which it is free. */
  #release(resource: string): void {
    const [next] = this.#held.get(resource) ?? [];
    if (next === undefined) this.#held.delete(resource);
    else next();
  }

  #nextToken(resource: string): bigint {
    const nowUs = BigInt(Math.trunc((performance.timeOrigin + performance.now()) * 1_000));
    const after = (this.#tokens.get(resource) ?? 0n) + 1n;
    const token = after > nowUs ? after : nowUs;
    this.#tokens.set(resource, token);
    return token;
  }
}
