import { LRUCache } from 'lru-cache';

/** Loads of others whose end is remembered: who asks for a lease may be told before he begins to wait. */
const MAX_SETTLED = 1_000;

/** Those who wait for a load of another process. */
export class LoadWaiters {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #settledAtMs = new LRUCache<string, number>({ max: MAX_SETTLED });

  /**
   * Resolves when whoever loads the entry is done, or it was invalidated, at the latest after `timeoutMs`.
   * @param sinceMs on the monotonic clock: what was told after it counts as well
   */
  wait(name: string, sinceMs: number, timeoutMs: number): Promise<void> {
    if ((this.#settledAtMs.get(name) ?? -Infinity) >= sinceMs) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(name) ?? new Set<() => void>();
      this.#waiting.set(name, waiting);
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(done);
        if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      waiting.add(done);
    });
  }

  /** Its load is over; told only where somebody waits. */
  settled(name: string): void {
    this.#settledAtMs.set(name, performance.now());
    this.wake(name);
  }

  /** It was invalidated: another look may show more. */
  wake(name: string): void {
    for (const done of this.#waiting.get(name) ?? []) done();
  }

  wakeAll(): void {
    for (const name of [...this.#waiting.keys()]) this.wake(name);
  }
}
