import { newId } from '../../kernel/ids.js';
import { HeldLease, type HeldLock } from './held-lock.js';
import { KnownTokens } from './known-tokens.js';
import { LeaseState } from './lease-state.js';
import { notAcquired, tooManyWaiters, waitTimedOut } from './lock-errors.js';
import { LockManager } from './lock-manager.js';
import type { LockRequest } from './lock-options.js';

/**
 * Within one process, first come, first served. No lease runs out here: it ends with its work or
 * with the process, so its signal aborts only when a guarded resource refuses it.
 */
export class MemoryLockManager extends LockManager {
  /** A resource that is held, and who waits for it, in order. */
  readonly #held = new Map<string, Set<() => void>>();
  readonly #tokens = new KnownTokens();

  protected override async acquire(resource: string, request: LockRequest): Promise<HeldLock> {
    request.signal?.throwIfAborted();
    await this.#take(resource, request);
    const state = new LeaseState();
    return {
      lease: new HeldLease(resource, newId(), this.#nextToken(resource), state, this.#tokens),
      release: async () => {
        state.end();
        this.#handOn(resource);
      },
    };
  }

  async #take(resource: string, request: LockRequest): Promise<void> {
    const waiting = this.#held.get(resource);
    if (waiting === undefined) {
      this.#held.set(resource, new Set());
      return;
    }
    const { waits, deadlineMs, signal, maxWaiters } = request;
    if (!waits) throw notAcquired(resource);
    if (deadlineMs <= performance.now()) throw waitTimedOut(resource);
    if (waiting.size >= maxWaiters) throw tooManyWaiters(resource, maxWaiters);
    await new Promise<void>((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        waiting.delete(take);
        finish();
      };
      const take = (): void => settle(resolve);
      const abort = (): void => settle(() => reject(signal?.reason as Error));
      const giveUp = (): void => settle(() => reject(waitTimedOut(resource)));
      const timer = setTimeout(giveUp, deadlineMs - performance.now());
      signal?.addEventListener('abort', abort, { once: true });
      waiting.add(take);
    });
  }

  /** To the first who waits, without a moment in which it is free. */
  #handOn(resource: string): void {
    const [next] = this.#held.get(resource) ?? [];
    if (next === undefined) this.#held.delete(resource);
    else next();
  }

  /** Above all that is known, and never below the clock: it goes on growing after a restart. */
  #nextToken(resource: string): bigint {
    const nowUs = BigInt(Math.trunc((performance.timeOrigin + performance.now()) * 1_000));
    const after = this.#tokens.of(resource) + 1n;
    return after > nowUs ? after : nowUs;
  }
}
